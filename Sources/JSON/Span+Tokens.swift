/// The tokens of JSON. Each function takes the position at which a token begins and gives the one after it.
extension Span where Element == UInt8 {
  /// The byte at `position`, which may be the end.
  @inline(__always)
  func byte(at position: Int) throws(JSONSyntaxError) -> UInt8 {
    guard position < count else { throw JSONSyntaxError(reason: .unexpectedEnd, offset: position) }
    return self[position]
  }

  var startsWithByteOrderMark: Bool {
    count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
  }

  /// The first position from `start` on without white space, of which most documents of machines have none.
  @inline(__always)
  func afterWhitespace(from start: Int) -> Int {
    start < count && self[start] > UInt8(ascii: " ") ? start : endOfWhitespace(from: start)
  }

  private func endOfWhitespace(from start: Int) -> Int {
    var position = start
    while position < count {
      switch self[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
      default: return position
      }
    }
    return position
  }

  /// The end of `true`, `false` or `null`.
  func endOfLiteral(_ literal: String, from start: Int) throws(JSONSyntaxError) -> Int {
    var position = start
    for expected in literal.utf8 {
      guard try byte(at: position) == expected else {
        throw JSONSyntaxError(reason: .unexpectedByte(expected: .value), offset: position)
      }
      position += 1
    }
    return position
  }

  /// The end of a number: `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
  func endOfNumber(from start: Int) throws(JSONSyntaxError) -> Int {
    var position = start
    if self[position] == UInt8(ascii: "-") { position += 1 }
    let leading = position
    position = try endOfDigits(from: position)
    if self[leading] == UInt8(ascii: "0"), position > leading + 1 {
      throw JSONSyntaxError(reason: .invalidNumber, offset: leading + 1)
    }
    if position < count, self[position] == UInt8(ascii: ".") {
      position = try endOfDigits(from: position + 1)
    }
    if position < count, self[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      let sign = try byte(at: position)
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      position = try endOfDigits(from: position)
    }
    return position
  }

  /// The end of one digit or more.
  private func endOfDigits(from start: Int) throws(JSONSyntaxError) -> Int {
    guard isDigit(try byte(at: start)) else { throw JSONSyntaxError(reason: .invalidNumber, offset: start) }
    var position = start + 1
    while position < count, isDigit(self[position]) { position += 1 }
    return position
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }
}
