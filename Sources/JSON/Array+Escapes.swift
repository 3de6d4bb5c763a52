extension [UInt8] {
  /// Appends the content of a string. Escaped are what has to be (quotes, backslashes, U+0000 to U+001F), and what would break a
  /// line of a log or steer a terminal: U+007F to U+009F, which are control characters too, and the separators U+2028 and U+2029.
  mutating func appendEscaped(_ text: Span<UInt8>) {
    var position = text.endOfUnescapedASCII
    text.extracting(..<position).withUnsafeBufferPointer { append(contentsOf: $0) }
    // Piece by piece, so that there is always room for escapes alone, and never much of it.
    while position < text.count { position = appendEscapedPiece(text, from: position) }
  }

  /// Appends some of a text that has escapes, or characters beyond ASCII.
  ///
  /// JSON in a string has a quote to escape every few bytes: so eight bytes are copied at a time, and what is behind those that stand
  /// for themselves is written over by what comes next.
  ///
  /// - Returns: The position of what is still to be appended, or the end.
  private mutating func appendEscapedPiece(_ text: Span<UInt8>, from start: Int) -> Int {
    let end = Swift.min(start + 512, text.count)
    var position = start
    append(addingCapacity: (end - start) * 6 + 16) { output in
      output.withUnsafeMutableBufferPointer { output, count in
        position = text.withUnsafeBytes {
          $0.copyEscaped(start..<end, to: UnsafeMutableRawBufferPointer(output), &count)
        }
      }
    }
    return position
  }
}

extension Span<UInt8> {
  /// Whether it stands for itself in a string of JSON, and is ASCII.
  package var isUnescapedASCII: Bool { endOfUnescapedASCII == count }

  /// The first position with anything else, or the end.
  fileprivate var endOfUnescapedASCII: Int {
    var position = 0
    while position + 8 <= count {
      let length = bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian.unescapedASCIICount
      position += length
      if length < 8 { return position }
    }
    // The last bytes with some of those before, which are no obstacle.
    if position < count, count >= 8 {
      position = count - 8
      return position
        + bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian.unescapedASCIICount
    }
    while position < count, (UInt64(self[position]) | 0x2020_2020_2020_2000).unescapedASCIICount == 8 { position += 1 }
    return position
  }
}

extension UnsafeRawBufferPointer {
  /// Copies the characters that begin in a range, as they have to stand in a string, to where there is room for six times as
  /// much and eight bytes.
  ///
  /// - Returns: Where the last one ends.
  fileprivate func copyEscaped(_ range: Range<Int>, to output: UnsafeMutableRawBufferPointer, _ written: inout Int)
    -> Int
  {
    // What is counted stays in registers.
    var (position, length) = (range.lowerBound, written)
    while position < range.upperBound {
      if position &+ 8 <= count {
        let word = loadUnaligned(fromByteOffset: position, as: UInt64.self)
        output.storeBytes(of: word, toByteOffset: length, as: UInt64.self)
        let plain = word.littleEndian.unescapedASCIICount
        position &+= plain
        length &+= plain
        if plain == 8 { continue }
      }
      repeat {
        position &+= copyCharacter(at: position) {
          output[length] = $0
          length &+= 1
        }
      } while position < range.upperBound && self[position] >= 0x80
    }
    written = length
    return position
  }

  /// Puts the character, or that byte of it, as it has to stand in a string.
  ///
  /// - Returns: Of how many bytes it is.
  @inline(__always)
  fileprivate func copyCharacter(at position: Int, _ put: (UInt8) -> Void) -> Int {
    func escape(_ letter: UInt8) {
      put(UInt8(ascii: "\\"))
      put(letter)
    }
    func escape(unit: UInt16) {
      escape(UInt8(ascii: "u"))
      for shift in [12, 8, 4, 0] {
        let digit = UInt8(unit >> shift & 0xF)
        put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
    let byte = self[position]
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): escape(byte)
    case 0x08: escape(UInt8(ascii: "b"))
    case 0x09: escape(UInt8(ascii: "t"))
    case 0x0A: escape(UInt8(ascii: "n"))
    case 0x0C: escape(UInt8(ascii: "f"))
    case 0x0D: escape(UInt8(ascii: "r"))
    case 0..<0x20, 0x7F: escape(unit: UInt16(byte))
    case 0xC2 where self[position + 1] < 0xA0:
      escape(unit: UInt16(self[position + 1]))
      return 2
    case 0xE2 where self[position + 1] == 0x80 && self[position + 2] | 1 == 0xA9:
      escape(unit: 0x2000 | UInt16(self[position + 2] & 0x7F))
      return 3
    default: put(byte)
    }
    return 1
  }
}

extension UInt64 {
  /// How many of the eight bytes, from the lowest on, are ASCII that needs no escape.
  fileprivate var unescapedASCIICount: Int {
    let delete = (self ^ (UInt64.eachByte &* 0x7F)) &- UInt64.eachByte
    return (firstSpecialByte | delete & (UInt64.eachByte &* 0x80)).trailingZeroBitCount / 8
  }
}
