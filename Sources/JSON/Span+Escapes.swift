extension Span where Element == UInt8 {
  /// The character that the escape whose backslash is at `start` stands for, and the position after the escape. A surrogate pair
  /// is one escape; half of one stands for nothing.
  func escape(at start: Int) throws(JSONSyntaxError) -> (scalar: Unicode.Scalar?, end: Int) {
    let letter = try byte(at: start + 1)
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return (Unicode.Scalar(letter), start + 2)
    case UInt8(ascii: "b"): return ("\u{8}", start + 2)
    case UInt8(ascii: "f"): return ("\u{C}", start + 2)
    case UInt8(ascii: "n"): return ("\n", start + 2)
    case UInt8(ascii: "r"): return ("\r", start + 2)
    case UInt8(ascii: "t"): return ("\t", start + 2)
    case UInt8(ascii: "u"): return try unicodeEscape(at: start)
    default: throw JSONSyntaxError(reason: .invalidEscape, offset: start)
    }
  }

  private func unicodeEscape(at start: Int) throws(JSONSyntaxError) -> (scalar: Unicode.Scalar?, end: Int) {
    let unit = try codeUnit(at: start)
    if let scalar = Unicode.Scalar(unit) { return (scalar, start + 6) }
    // The string may end here, in a document and where its content alone is looked at.
    guard UTF16.isLeadSurrogate(unit), start + 7 < count, self[start + 6] == UInt8(ascii: "\\"),
      self[start + 7] == UInt8(ascii: "u")
    else { return (nil, start + 6) }
    let trail = try codeUnit(at: start + 6)
    guard UTF16.isTrailSurrogate(trail) else { return (nil, start + 6) }
    return (UTF16.decode(UTF16.EncodedScalar([unit, trail])), start + 12)
  }

  /// The four hexadecimal digits of the `\u` at `start`.
  private func codeUnit(at start: Int) throws(JSONSyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for position in start + 2..<start + 6 {
      let byte = try byte(at: position)
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw JSONSyntaxError(reason: .invalidEscape, offset: start)
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// The text that the content of a string stands for, with U+FFFD for each half of a surrogate pair. The parser has checked the
  /// string, so that no escape is refused here.
  func unescaped() -> String {
    var text: [UInt8] = []
    text.reserveCapacity(count)
    var position = 0
    while position < count {
      if self[position] == UInt8(ascii: "\\"), let (scalar, end) = try? escape(at: position) {
        text.append(contentsOf: (scalar ?? "\u{FFFD}").utf8)
        position = end
      } else {
        var end = position + 1
        while end < count, self[end] != UInt8(ascii: "\\") { end += 1 }
        extracting(position..<end).withUnsafeBufferPointer { text.append(contentsOf: $0) }
        position = end
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
