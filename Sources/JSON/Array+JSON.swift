/// Scalars as JSON. Nil is `null`.
extension [UInt8] {
  mutating func appendJSONNull() {
    append(contentsOf: "null".utf8)
  }

  mutating func appendJSON(_ value: Bool?) {
    guard let value else { return appendJSONNull() }
    append(contentsOf: value ? "true".utf8 : "false".utf8)
  }

  mutating func appendJSON(_ value: Int?) {
    guard let value else { return appendJSONNull() }
    append(contentsOf: String(value).utf8)
  }

  mutating func appendJSON(_ value: Double?) {
    // Swift describes every finite Double in digits that are JSON and that read back as the same one.
    guard let value, value.isFinite else { return appendJSONNull() }
    append(contentsOf: value.description.utf8)
  }

  mutating func appendJSON(_ value: JSONValue?) {
    guard let value else { return appendJSONNull() }
    append(contentsOf: value.bytes)
  }

  mutating func appendJSON(_ value: String?) {
    guard var value else { return appendJSONNull() }
    append(UInt8(ascii: "\""))
    value.withUTF8 { appendEscaped($0.span) }
    append(UInt8(ascii: "\""))
  }
}
