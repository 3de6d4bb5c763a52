/// A universally unique identifier ([RFC 9562](https://www.rfc-editor.org/rfc/rfc9562)): 16 bytes.
public struct UUID: Hashable, Sendable, LosslessStringConvertible {
  /// The first eight bytes, the most significant one first.
  public let high: UInt64
  /// The last eight bytes, the most significant one first.
  public let low: UInt64

  /// Makes an identifier of its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 32 hexadecimal digits of either case in groups of 8-4-4-4-12; nil for anything else.
  public init?(_ description: String) {
    var (high, low, position) = (UInt64(0), UInt64(0), 0)
    for byte in description.utf8 {
      if Self.hyphens.contains(position) {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, position < Self.length else { return nil }
        high = high << 4 | low >> 60
        low = low << 4 | UInt64(digit)
      }
      position += 1
    }
    guard position == Self.length else { return nil }
    self.init(high: high, low: low)
  }

  /// The identifier in lower case: `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.length) { text in
      var (high, low) = (high, low)
      for position in 0..<Self.length {
        if Self.hyphens.contains(position) {
          text[position] = UInt8(ascii: "-")
        } else {
          let digit = UInt8(high >> 60)
          text[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
          high = high << 4 | low >> 60
          low <<= 4
        }
      }
      return Self.length
    }
  }

  private static let length = 36
  private static let hyphens = [8, 13, 18, 23]
}
