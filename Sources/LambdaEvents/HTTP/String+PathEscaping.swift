extension String {
  /// A path, with escapes for the bytes that cannot stand in one. Escapes that are there already are kept.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-3.3>.
  var escapingPath: String {
    var escaped: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      if byte.mayStandInAPath || byte == UInt8(ascii: "%") && rest.leadingHexByte != nil {
        escaped.append(byte)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        escaped.append(contentsOf: (byte < 0x10 ? "%0" : "%").utf8)
        escaped.append(contentsOf: digits.utf8)
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var mayStandInAPath: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "-._~!$&'()*+,;=:@/".utf8.contains(self)
    }
  }
}
