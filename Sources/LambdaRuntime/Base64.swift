/// Base64 with padding: <https://www.rfc-editor.org/rfc/rfc4648#section-4>.
extension [UInt8] {
  /// The bytes that `text` stands for; nil where it is not exactly what an encoder writes: missing padding, white space, and bits that are left over but
  /// not zero are refused, so that no two texts stand for the same bytes.
  package init?(base64 text: Span<UInt8>) {
    guard text.count.isMultiple(of: 4) else { return nil }
    var end = text.count
    while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }

    self.init()
    reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    for position in 0..<end {
      guard let digit = text[position].base64Value else { return nil }
      bits = bits << 6 | UInt32(digit)
      guard position % 4 == 3 else { continue }
      append(UInt8(truncatingIfNeeded: bits >> 16))
      append(UInt8(truncatingIfNeeded: bits >> 8))
      append(UInt8(truncatingIfNeeded: bits))
    }
    switch text.count - end {
    case 1:
      guard bits & 0b11 == 0 else { return nil }
      append(UInt8(truncatingIfNeeded: bits >> 10))
      append(UInt8(truncatingIfNeeded: bits >> 2))
    case 2:
      guard bits & 0b1111 == 0 else { return nil }
      append(UInt8(truncatingIfNeeded: bits >> 4))
    default: break
    }
  }

  /// The bytes in base64, as ASCII.
  package var base64: [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((count + 2) / 3 * 4)
    for start in stride(from: 0, to: count, by: 3) {
      let length = Swift.min(3, count - start)
      var bits: UInt32 = 0
      for offset in 0..<3 { bits = bits << 8 | (offset < length ? UInt32(self[start + offset]) : 0) }
      for index in 0..<4 {
        text.append(index <= length ? digits[Int(bits >> (18 - 6 * index) & 63)] : UInt8(ascii: "="))
      }
    }
    return text
  }
}

extension UInt8 {
  /// The six bits that a digit stands for.
  fileprivate var base64Value: UInt8? {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): self - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): self - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
