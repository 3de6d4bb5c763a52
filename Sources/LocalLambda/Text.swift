import struct Foundation.UUID

extension String {
  static func randomHexadecimal(digits: Int) -> String {
    String((0..<digits).map { _ in Character(String(Int.random(in: 0..<16), radix: 16)) })
  }

  /// In lower case, as AWS writes its ids.
  static func randomUUID() -> String {
    UUID().uuidString.lowercased()
  }
}
extension StringProtocol {
  /// The text with percent escapes undone, and where it is of a query, `+` as a space. What is no escape stays as it is,
  /// and bytes that are not UTF-8 become U+FFFD.
  func percentDecoded(isQuery: Bool = false) -> String {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let decoded = Self.byte(escapedBy: rest.prefix(2)) {
        bytes.append(decoded)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(isQuery && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func byte(escapedBy digits: UTF8View.SubSequence) -> UInt8? {
    // A sign would be a number's, but is not an escape's.
    guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
