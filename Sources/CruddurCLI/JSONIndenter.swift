import JSON

/// JSON as a person reads it: a member or an element to a line, two spaces for each level, and colours.
///
/// It stays the same JSON: numbers and escapes are as they were, and what would steer a terminal becomes an escape.
struct JSONIndenter: Sendable {
  let isColored: Bool

  /// What is longer, or deeper, is not read on a terminal, and would take long.
  private static let (maximumBytes, maximumDepth) = (1 << 20, 100)

  /// Colours by the terminal's own numbers: <https://en.wikipedia.org/wiki/ANSI_escape_code#Colors>.
  private enum Color: String {
    case key = "34", string = "32", number = "36", word = "33"
  }

  /// Indents a JSON text; nil if it is none, or too much.
  func indent(_ text: [UInt8]) -> [UInt8]? {
    guard text.count <= Self.maximumBytes, (try? JSONDocument(text, maximumDepth: Self.maximumDepth)) != nil else {
      return nil
    }
    var lines: [UInt8] = []
    lines.reserveCapacity(2 * text.count)
    var depth = 0
    var rest = text[...].dropWhiteSpace()
    func beginLine() {
      lines.append(UInt8(ascii: "\n"))
      lines.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        lines.append(rest.removeFirst())
        rest = rest.dropWhiteSpace()
        if let next = rest.first, next == UInt8(ascii: "}") || next == UInt8(ascii: "]") {
          lines.append(rest.removeFirst())
        } else {
          depth += 1
          beginLine()
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        beginLine()
        lines.append(rest.removeFirst())
      case UInt8(ascii: ","):
        lines.append(rest.removeFirst())
        beginLine()
      case UInt8(ascii: ":"):
        rest.removeFirst()
        lines += [UInt8(ascii: ":"), UInt8(ascii: " ")]
      case UInt8(ascii: "\""):
        let string = rest.prefix(rest.stringLength)
        rest = rest.dropFirst(string.count).dropWhiteSpace()
        add(string.withoutControls(), rest.first == UInt8(ascii: ":") ? .key : .string, to: &lines)
      default:
        let scalar = rest.prefix { !$0.endsScalar }
        rest = rest.dropFirst(scalar.count)
        add(Array(scalar), byte.isLetter ? .word : .number, to: &lines)
      }
      rest = rest.dropWhiteSpace()
    }
    return lines
  }

  private func add(_ token: [UInt8], _ color: Color, to lines: inout [UInt8]) {
    if isColored { lines += Array("\u{1B}[\(color.rawValue)m".utf8) }
    lines += token
    if isColored { lines += Array("\u{1B}[0m".utf8) }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func dropWhiteSpace() -> ArraySlice<UInt8> {
    drop { $0.isWhiteSpace }
  }

  /// How long the string is that it begins with, both quotation marks included.
  fileprivate var stringLength: Int {
    var isEscaped = false
    for (offset, byte) in enumerated().dropFirst() {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        return offset + 1
      }
    }
    return count
  }

  /// The same string, with escapes for U+007F to U+009F, which JSON lets stand as they are and terminals obey.
  fileprivate func withoutControls() -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = self
    while let byte = rest.popFirst() {
      if byte == 0x7F {
        bytes += Array(#"\u007f"#.utf8)
      } else if byte == 0xC2, let next = rest.first, next < 0xA0 {
        rest.removeFirst()
        bytes += Array((#"\u00"# + String(next, radix: 16)).utf8)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}

extension UInt8 {
  fileprivate var isWhiteSpace: Bool {
    switch self {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
    default: false
    }
  }

  /// Whether it ends a number, `true`, `false` or `null`.
  fileprivate var endsScalar: Bool {
    switch self {
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): true
    default: isWhiteSpace
    }
  }

  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
