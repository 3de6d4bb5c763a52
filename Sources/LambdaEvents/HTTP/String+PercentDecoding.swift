extension String {
  /// Text of a URL, its escapes replaced.
  ///
  /// Nothing is refused: a `%` without two hexadecimal digits behind it stands for itself, and bytes that are no UTF-8 become U+FFFD, as browsers and the
  /// URL standard do it. Source: <https://url.spec.whatwg.org/#percent-decode>.
  init<Text: Collection<UInt8>>(percentDecoding text: Text, plusIsSpace: Bool = false) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var position = text.startIndex
    while position != text.endIndex {
      let byte = text[position]
      text.formIndex(after: &position)
      if byte == UInt8(ascii: "%"), let escaped = text[position...].leadingHexByte {
        bytes.append(escaped)
        text.formIndex(&position, offsetBy: 2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
      }
    }
    self.init(decoding: bytes, as: UTF8.self)
  }
}

extension Collection<UInt8> {
  /// The byte whose two hexadecimal digits come first.
  var leadingHexByte: UInt8? {
    let digits = prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
  }
}
