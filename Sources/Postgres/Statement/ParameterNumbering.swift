/// Turns the named parameters of SQL text into numbered ones.
///
/// The lexical rules are those of <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>, with
/// `standard_conforming_strings` on. Whatever is not closed reaches to the end; the server says so then.
struct ParameterNumbering {
  private let input: [UInt8]
  private var position = 0
  private(set) var output: [UInt8] = []
  private(set) var names: [String] = []

  init(_ input: [UInt8]) {
    self.input = input
    output.reserveCapacity(input.count)
  }

  mutating func run() {
    while let byte = peek() {
      switch (byte, peek(1)) {
      case (UInt8(ascii: "'"), _): copyQuoted(UInt8(ascii: "'"), hasEscapes: isAfterEscapePrefix)
      case (UInt8(ascii: "\""), _): copyQuoted(UInt8(ascii: "\""), hasEscapes: false)
      case (UInt8(ascii: "-"), UInt8(ascii: "-")): copy { $0 != UInt8(ascii: "\n") }
      case (UInt8(ascii: "/"), UInt8(ascii: "*")): copyBlockComment()
      case (UInt8(ascii: "$"), _) where !isAfterName: copyDollarQuoted()
      case (UInt8(ascii: ":"), UInt8(ascii: ":")): copy(2)
      case (UInt8(ascii: ":"), let next?) where next.beginsName: numberParameter()
      default: copy(1)
      }
    }
  }

  private func peek(_ distance: Int = 0) -> UInt8? {
    position + distance < input.count ? input[position + distance] : nil
  }

  /// Whether the byte before belongs to a name: a dollar sign is a part of it then.
  private var isAfterName: Bool { output.last?.continuesName ?? false }

  /// Whether the quote here is that of an `E'…'`, in which a backslash takes the next character's meaning.
  private var isAfterEscapePrefix: Bool {
    guard let last = output.last, last | 0x20 == UInt8(ascii: "e") else { return false }
    return !(output.dropLast().last?.continuesName ?? false)
  }

  private mutating func copy(_ count: Int) {
    let end = min(position + count, input.count)
    output.append(contentsOf: input[position..<end])
    position = end
  }

  private mutating func copy(while isPart: (UInt8) -> Bool) {
    copy(input[position...].prefix(while: isPart).count)
  }

  /// A doubled quote ends one string and begins another, which comes to the same.
  private mutating func copyQuoted(_ quote: UInt8, hasEscapes: Bool) {
    copy(1)
    while let byte = peek(), byte != quote { copy(hasEscapes && byte == UInt8(ascii: "\\") ? 2 : 1) }
    copy(1)
  }

  /// Comments of this form nest.
  private mutating func copyBlockComment() {
    var depth = 0
    repeat {
      switch (peek(), peek(1)) {
      case (UInt8(ascii: "/"), UInt8(ascii: "*")): (depth, _) = (depth + 1, copy(2))
      case (UInt8(ascii: "*"), UInt8(ascii: "/")): (depth, _) = (depth - 1, copy(2))
      case (nil, _): return
      default: copy(1)
      }
    } while depth > 0
  }

  /// `$tag$ … $tag$`, or a dollar sign that begins no such thing.
  private mutating func copyDollarQuoted() {
    let tag = input[(position + 1)...].prefix(while: \.continuesName)
    guard !(tag.first?.isDigit ?? false), tag.endIndex < input.count, input[tag.endIndex] == UInt8(ascii: "$") else {
      return copy(1)
    }
    let delimiter = input[position...tag.endIndex]
    copy(delimiter.count)
    while position < input.count, !input[position...].starts(with: delimiter) { copy(1) }
    copy(delimiter.count)
  }

  private mutating func numberParameter() {
    let name = input[(position + 1)...].prefix(while: \.continuesName)
    let text = String(decoding: name, as: UTF8.self)
    let index = names.firstIndex(of: text) ?? names.endIndex
    if index == names.endIndex { names.append(text) }
    output.append(contentsOf: "$\(index + 1)".utf8)
    position = name.endIndex
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// Letters, the underscore, and all beyond ASCII.
  fileprivate var beginsName: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_") || self >= 0x80
  }

  fileprivate var continuesName: Bool { beginsName || isDigit }
}
