extension [UInt8] {
  /// Appends the content of a string. Escaped are what has to be (quotes, backslashes, U+0000 to U+001F), and what would break a
  /// line of a log or steer a terminal: U+007F to U+009F, which are control characters too, and the separators U+2028 and U+2029.
  mutating func appendEscaped(_ text: Span<UInt8>) {
    var position = 0
    while position < text.count {
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

  private mutating func appendUnicodeEscape(_ unit: UInt16) {
    append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] {
      let digit = UInt8(unit >> shift & 0xF)
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}
