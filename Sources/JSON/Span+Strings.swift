/// Strings between their quotes: a search for their end that checks them, and the text that they stand for.
extension Span where Element == UInt8 {
  /// The position after the closing quote of the string that has only ASCII that stands for itself before `start`.
  func endOfString(
    from start: Int, _ loneSurrogates: JSONDocument.LoneSurrogates
  ) throws(JSONSyntaxError) -> (end: Int, hasEscapes: Bool, isUnicode: Bool) {
    var position = start
    var hasEscapes = false
    var isUnicode = true
    while true {
      position = endOfPlainText(from: position)
      switch try byte(at: position) {
      case UInt8(ascii: "\""):
        return (position + 1, hasEscapes, isUnicode)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        let (scalar, end) = try escape(at: position)
        if scalar == nil {
          guard loneSurrogates == .kept else { throw JSONSyntaxError(reason: .loneSurrogate, offset: position) }
          isUnicode = false
        }
        position = end
      case 0..<0x20:
        throw JSONSyntaxError(reason: .controlCharacter, offset: position)
      default:
        position = try endOfCharacter(at: position)
      }
    }
  }

  /// The first position from `start` on with anything but ASCII that stands for itself, or the end. Takes eight bytes at a step.
  @inline(__always)
  func endOfPlainText(from start: Int) -> Int {
    var position = start
    while position + 8 <= count {
      let word = bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
      let special = word.firstSpecialByte
      guard special == 0 else { return position + special.trailingZeroBitCount / 8 }
      position += 8
    }
    while position < count, (UInt64(self[position]) | 0x2020_2020_2020_2000).firstSpecialByte == 0 { position += 1 }
    return position
  }

  /// The end of the character of two to four bytes at `start`, by table 3-7 of the Unicode standard: nothing overlong, no
  /// surrogates, nothing beyond U+10FFFF.
  private func endOfCharacter(at start: Int) throws(JSONSyntaxError) -> Int {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch self[start] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: throw JSONSyntaxError(reason: .invalidUTF8, offset: start)
    }
    let end = start + length
    guard end <= count, second ~= self[start + 1] else { throw JSONSyntaxError(reason: .invalidUTF8, offset: start) }
    for position in start + 2..<end where self[position] & 0xC0 != 0x80 {
      throw JSONSyntaxError(reason: .invalidUTF8, offset: start)
    }
    return end
  }
}

extension UInt64 {
  /// 1 in each byte.
  static var eachByte: UInt64 { 0x0101_0101_0101_0101 }

  /// The top bit of the lowest byte that is a quote, a backslash, a control character or not ASCII is set; the bits below it are
  /// not. (A subtraction borrows from the byte above only where it sets that bit.)
  var firstSpecialByte: UInt64 {
    let quote = (self ^ (UInt64.eachByte &* 0x22)) &- UInt64.eachByte
    let backslash = (self ^ (UInt64.eachByte &* 0x5C)) &- UInt64.eachByte
    let control = self &- (UInt64.eachByte &* 0x20)
    return (self | quote | backslash | control) & (UInt64.eachByte &* 0x80)
  }
}
