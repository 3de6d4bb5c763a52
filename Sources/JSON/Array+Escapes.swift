extension [UInt8] {
  /// Appends the content of a string. Escaped are what has to be (quotes, backslashes, U+0000 to U+001F), and what would break a
  /// line of a log or steer a terminal: U+007F to U+009F, which are control characters too, and the separators U+2028 and U+2029.
  mutating func appendEscaped(_ text: Span<UInt8>) {
    var position = 0
    while true {
      position = appendPlain(text, from: position)
      guard position < text.count else { return }
      let byte = text[position]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0x08: append(contentsOf: "\\b".utf8)
      case 0x09: append(contentsOf: "\\t".utf8)
      case 0x0A: append(contentsOf: "\\n".utf8)
      case 0x0C: append(contentsOf: "\\f".utf8)
      case 0x0D: append(contentsOf: "\\r".utf8)
      case 0..<0x20, 0x7F:
        appendUnicodeEscape(UInt16(byte))
      case 0xC2 where text[position + 1] < 0xA0:
        appendUnicodeEscape(UInt16(text[position + 1]))
        position += 1
      case 0xE2 where text[position + 1] == 0x80 && text[position + 2] | 1 == 0xA9:
        appendUnicodeEscape(0x2000 | UInt16(text[position + 2] & 0x7F))
        position += 2
      default:
        append(byte)
      }
      position += 1
    }
  }

  /// Appends what stands for itself, as far as that can be told from single bytes, in one piece.
  ///
  /// - Returns: The first position from `start` on with anything else, or the end.
  private mutating func appendPlain(_ text: Span<UInt8>, from start: Int) -> Int {
    var end = start
    while end < text.count, text[end].standsForItself { end += 1 }
    text.extracting(start..<end).withUnsafeBufferPointer { append(contentsOf: $0) }
    return end
  }

  private mutating func appendUnicodeEscape(_ unit: UInt16) {
    append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] {
      let digit = UInt8(unit >> shift & 0xF)
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}

extension UInt8 {
  /// Whether no escape begins with it: C2 and E2 begin the characters beyond ASCII that are escaped, and others.
  fileprivate var standsForItself: Bool {
    switch self {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F, 0xC2, 0xE2: false
    default: true
    }
  }
}
