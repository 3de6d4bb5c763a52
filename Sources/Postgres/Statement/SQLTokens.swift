/// A piece of SQL text.
struct SQLToken {
  enum Kind {
    /// White space, a comment, a semicolon: what may follow a statement, and is no part of it.
    case blank
    /// `:name`, which is not SQL's but psql's.
    case namedParameter
    /// Whatever else a statement is made of.
    case part
  }

  let kind: Kind
  let text: Substring
}

/// The pieces of SQL text, all of it, in order.
///
/// Only as much of SQL is read as it takes to know where strings, quoted names and comments end:
/// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>, with `standard_conforming_strings` on, as it is by
/// default. What is never closed goes on to the end, for the server to refuse.
struct SQLTokens: Sequence, IteratorProtocol {
  private var rest: Substring.UTF8View

  init(_ text: Substring) {
    rest = text.utf8
  }

  mutating func next() -> SQLToken? {
    guard !rest.isEmpty else { return nil }
    let start = rest
    let kind = rest.dropToken()
    return SQLToken(kind: kind, text: Substring(start[..<rest.startIndex]))
  }
}

extension SQLTokens {
  /// The first word of an SQL text, in capitals, such as `INSERT`; nil where there is nothing but comments and white space.
  static func firstWord(of text: String) -> String? {
    SQLTokens(text[...]).first { $0.kind != .blank }?.text.uppercased()
  }
}

extension String {
  /// The statement that this SQL text holds, without what may follow it: comments, white space, semicolons. So it can
  /// stand within parentheses.
  var sqlBody: Substring {
    var end = startIndex
    for token in SQLTokens(self[...]) where token.kind != .blank { end = token.text.endIndex }
    return self[..<end]
  }
}

extension Substring.UTF8View {
  /// Drops the first token of an SQL text that is not empty.
  fileprivate mutating func dropToken() -> SQLToken.Kind {
    if starts(with: "--".utf8) {
      self = drop { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      return .blank
    }
    if starts(with: "/*".utf8) {
      dropBlockComment()
      return .blank
    }
    let byte = removeFirst()
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: ";"), 0x09...0x0D: return .blank
    case UInt8(ascii: "'"), UInt8(ascii: "\""): dropQuoted(by: byte, escape: nil)
    case UInt8(ascii: "$"): dropDollarQuoted()
    case UInt8(ascii: ":"): return dropAfterColon()
    case _ where byte.isInWord:
      let word = prefix { $0.isInWord }
      removeFirst(word.count)
      if word.isEmpty, byte | 0x20 == UInt8(ascii: "e"), first == UInt8(ascii: "'") {
        removeFirst()
        dropQuoted(by: UInt8(ascii: "'"), escape: UInt8(ascii: "\\"))
      }
    default: break
    }
    return .part
  }

  /// Drops a parameter's name, or the second half of a cast.
  private mutating func dropAfterColon() -> SQLToken.Kind {
    let name = prefix(while: \.isInName)
    guard let first = name.first, !first.isDigit else {
      if self.first == UInt8(ascii: ":") { removeFirst() }
      return .part
    }
    removeFirst(name.count)
    return .namedParameter
  }

  /// Drops a comment of this kind and those within it.
  private mutating func dropBlockComment() {
    var depth = 0
    repeat {
      if starts(with: "/*".utf8) {
        depth += 1
        removeFirst(2)
      } else if starts(with: "*/".utf8) {
        depth -= 1
        removeFirst(2)
      } else {
        removeFirst()
      }
    } while depth > 0 && !isEmpty
  }

  /// Drops what is left of a string or a quoted name. A doubled quote ends it, too: another one begins there.
  private mutating func dropQuoted(by quote: UInt8, escape: UInt8?) {
    while let byte = popFirst(), byte != quote {
      if byte == escape { _ = popFirst() }
    }
  }

  /// Drops what is left of a string like `$$…$$` or `$tag$…$tag$` after the first dollar sign; nothing of a parameter.
  private mutating func dropDollarQuoted() {
    let tag = prefix(while: \.isInName)
    let rest = dropFirst(tag.count)
    guard rest.first == UInt8(ascii: "$"), tag.first?.isDigit != true else { return }
    self = rest.dropFirst()
    while let byte = popFirst() {
      guard byte == UInt8(ascii: "$"), starts(with: tag), dropFirst(tag.count).first == byte else { continue }
      removeFirst(tag.count + 1)
      return
    }
  }
}

extension UInt8 {
  /// Whether it may stand in a parameter's name or a dollar quote's tag; a digit may not begin one.
  fileprivate var isInName: Bool { isInWord && self != UInt8(ascii: "$") }

  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// Whether it may stand in a keyword, a name or a number; a dollar sign may, but not at the beginning.
  fileprivate var isInWord: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "$"), 0x80...:
      true
    default: isDigit
    }
  }
}
