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
    guard let value else { return appendJSONNull() }
    appendJSON(value.utf8.span)
  }

  /// Appends a string; the bytes have to be UTF-8.
  mutating func appendJSON(_ text: Span<UInt8>) {
    append(UInt8(ascii: "\""))
    appendEscaped(text)
    append(UInt8(ascii: "\""))
  }
}
