import Foundation

/// A text that nothing else has, planted wherever a person or a secret may be, to be looked for where neither must be.
///
/// It has letters alone, so that it can be a name, a host, a role, a database, a header and base64's own.
enum Marker {
  static let text = "zqmarkerxv"
  /// As a telephone number, which text would not be.
  static let number = "+12065550147"

  /// Where a text has it, in whatever case, in base64 or in hexadecimal digits; nil where it does not.
  static func found(in text: String) -> Substring? {
    let lowercased = text.lowercased()
    let spellings = [Self.text, String(number.dropFirst()), hexadecimal].map { lowercased.range(of: $0) }
    if let range = spellings.compactMap(\.self).first {
      return surroundings(of: range, in: lowercased)
    }
    return base64.lazy.compactMap { text.range(of: $0) }.first.map { surroundings(of: $0, in: text) }
  }

  private static let hexadecimal = text.utf8.map { String($0, radix: 16) }.joined()

  /// What base64 makes of it wherever it stands: of three bytes it makes four characters.
  private static let base64 = (0..<3).map { shift in
    let coded = Data(Array(repeating: UInt8(ascii: "x"), count: shift) + Array(text.utf8)).base64EncodedString()
    return String(coded.dropFirst(shift == 0 ? 0 : shift + 1).prefix { $0 != "=" }.dropLast(shift == 2 ? 0 : 1))
  }

  private static func surroundings(of range: Range<String.Index>, in text: String) -> Substring {
    let start = text.index(range.lowerBound, offsetBy: -200, limitedBy: text.startIndex) ?? text.startIndex
    return text[start..<(text.index(range.upperBound, offsetBy: 200, limitedBy: text.endIndex) ?? text.endIndex)]
  }
}
