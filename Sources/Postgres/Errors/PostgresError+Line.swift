extension PostgresError {
  /// The same error with the line of the script in which it is: where the server says or, where it does not, where the statement begins
  /// that failed.
  func located(in script: String) -> PostgresError {
    guard sqlState != nil else { return self }
    var copy = self
    copy.details.line =
      if let position {
        1 + script.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" }
      } else {
        script.line(ofStatement: precedingStatements)
      }
    return copy
  }
}

extension String {
  /// The line, counted from 1, in which a statement of a script begins; nil if it has fewer statements.
  ///
  /// A semicolon ends a statement, unless it stands in parentheses (`CREATE RULE`) or in a function's body that is no string (`BEGIN ATOMIC`).
  fileprivate func line(ofStatement index: Int) -> Int? {
    var (line, statement, isInStatement) = (1, 0, false)
    var depth = 0
    var lastWord = Substring()
    for token in SQLTokens(self[...]) {
      if token.kind != .blank {
        if !isInStatement, statement == index { return line }
        isInStatement = true
        let word = token.text.lowercased()
        switch word {
        case "(": depth += 1
        case ")": depth = max(0, depth - 1)
        case "atomic" where lastWord == "begin": depth += 1
        case "case" where depth > 0: depth += 1
        case "end" where depth > 0: depth -= 1
        default: break
        }
        lastWord = word[...]
      } else if token.text == ";", depth == 0, isInStatement {
        statement += 1
        isInStatement = false
      }
      line += token.text.utf8.count { $0 == UInt8(ascii: "\n") }
    }
    return nil
  }
}
