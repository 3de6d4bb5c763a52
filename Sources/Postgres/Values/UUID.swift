/// A universally unique identifier: 16 bytes.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9562>.
public struct UUID: Hashable, Sendable, CustomStringConvertible {
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 8-4-4-4-12 hexadecimal digits, of either case; nil where the text is anything else.
  public init?(_ text: String) {
    var digits: (high: UInt64, low: UInt64) = (0, 0)
    var position = 0
    for byte in text.utf8 {
      defer { position += 1 }
      if position == 8 || position == 13 || position == 18 || position == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard position < 36, let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      if position < 18 { digits.high = digits.high << 4 | UInt64(digit) } else { digits.low = digits.low << 4 | UInt64(digit) }
    }
    guard position == 36 else { return nil }
    self.init(high: digits.high, low: digits.low)
  }

  /// 8-4-4-4-12 hexadecimal digits in lower case.
  public var description: String {
    let digits = UUID.hexadecimal(high) + UUID.hexadecimal(low)
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position == 8 || position == 12 || position == 16 || position == 20 { text.append("-") }
      text.append(digit)
    }
    return text
  }

  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
