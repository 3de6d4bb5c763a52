extension String {
  /// Text of a URL, its escapes replaced.
  ///
  /// Nothing is refused: a `%` without two hexadecimal digits behind it stands for itself, and bytes that are no UTF-8
  /// become U+FFFD, as browsers and the URL standard do it. Source: <https://url.spec.whatwg.org/#percent-decode>.
  init<Text: Collection<UInt8>>(percentDecoding text: Text, plusIsSpace: Bool = false) {
    guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
      self.init(decoding: text, as: UTF8.self)
      return
    }
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

  /// The text as it can stand anywhere in a URL: an escape for each byte but those that never need one.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>.
  var percentEncoded: String {
    let bytes = utf8.span
    guard bytes.indices.contains(where: { !bytes[$0].isUnreserved }) else { return self }
    var encoded: [UInt8] = []
    for byte in utf8 {
      if byte.isUnreserved {
        encoded.append(byte)
      } else {
        encoded.append(UInt8(ascii: "%"))
        encoded.append(contentsOf: [byte >> 4, byte & 0xF].map(\.hexDigit))
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isUnreserved: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }

  /// Of a number up to fifteen.
  fileprivate var hexDigit: UInt8 { self < 10 ? UInt8(ascii: "0") + self : UInt8(ascii: "A") + self - 10 }
}

extension Collection<UInt8> {
  /// The byte whose two hexadecimal digits come first.
  fileprivate var leadingHexByte: UInt8? {
    let digits = prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
  }
}

extension String {
  /// The text with small letters in the place of ASCII's capital ones: names of headers are compared so.
  var asciiLowercased: String {
    let bytes = utf8.span
    // Most are written so.
    guard bytes.indices.contains(where: { bytes[$0] != bytes[$0].asciiLowercased }) else { return self }
    return String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var asciiLowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}
