/// Whether bytes are of JSON's grammar, written down from RFC 8259 alone: what the module that is fuzzed says has to be the
/// same. It calls itself for what is nested, and reads one byte at a time.
struct Grammar {
  private let bytes: [UInt8]
  private var position = 0

  /// Whether the bytes are a JSON text, of any depth and with halves of surrogate pairs.
  static func matches(_ bytes: [UInt8]) -> Bool {
    guard String(validating: bytes, as: UTF8.self) != nil else { return false }
    var grammar = Grammar(bytes: bytes)
    return grammar.whiteSpace() && grammar.value() && grammar.whiteSpace() && grammar.position == bytes.count
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func take(oneOf characters: String) -> Bool {
    guard let next, characters.utf8.contains(next) else { return false }
    position += 1
    return true
  }

  private mutating func whiteSpace() -> Bool {
    while take(oneOf: " \t\n\r") {}
    return true
  }

  private mutating func value() -> Bool {
    switch next {
    case UInt8(ascii: "{"):
      list("{", "}") { $0.string() && $0.whiteSpace() && $0.take(":") && $0.whiteSpace() && $0.value() }
    case UInt8(ascii: "["): list("[", "]") { $0.value() }
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "t"): take("true")
    case UInt8(ascii: "f"): take("false")
    case UInt8(ascii: "n"): take("null")
    default: number()
    }
  }

  private mutating func list(_ opening: String, _ closing: String, _ element: (inout Grammar) -> Bool) -> Bool {
    guard take(opening), whiteSpace() else { return false }
    if take(closing) { return true }
    repeat {
      guard whiteSpace(), element(&self), whiteSpace() else { return false }
    } while take(",")
    return take(closing)
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    while let next, next != UInt8(ascii: "\"") {
      guard next >= 0x20 else { return false }
      position += 1
      guard next == UInt8(ascii: "\\") else { continue }
      if take(oneOf: "\"\\/bfnrt") { continue }
      guard take("u") else { return false }
      for _ in 0..<4 { guard take(oneOf: "0123456789abcdefABCDEF") else { return false } }
    }
    return take("\"")
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if !take("0") { guard digits() else { return false } }
    if take(".") { guard digits() else { return false } }
    guard take(oneOf: "eE") else { return true }
    _ = take(oneOf: "+-")
    return digits()
  }

  private mutating func digits() -> Bool {
    let start = position
    while take(oneOf: "0123456789") {}
    return position > start
  }
}
