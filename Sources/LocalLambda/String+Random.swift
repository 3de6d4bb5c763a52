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
