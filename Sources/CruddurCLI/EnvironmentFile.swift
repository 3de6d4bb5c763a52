/// A file of variables, as docker, dotenv and shells take them.
///
/// A line is `KEY=VALUE`, with `export` before it or not, a comment, which begins with `#`, or blank. Blanks around the
/// equals sign and at the ends do not count. Of a value without quotes a `#` after a blank begins a comment. Single quotes
/// take all between them as it is; in double quotes `\n`, `\r`, `\t`, `\"`, `\\`, `\$` and `` \` `` are escapes, and other
/// backslashes themselves; either may go over several lines. Nothing is expanded: `$HOME` is five characters. A `KEY`
/// alone is the caller's variable of that name, as docker has it. A byte order mark and CRLF are no part of anything.
struct EnvironmentFile {
  private let name: String
  private var rest: ArraySlice<UInt8>
  private var line = 1

  /// Takes the bytes of a file, which errors name.
  init(_ bytes: [UInt8], name: String) {
    self.name = name
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var lines: [UInt8] = []
    for byte in bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...] {
      if byte == UInt8(ascii: "\n"), lines.last == UInt8(ascii: "\r") { lines.removeLast() }
      lines.append(byte)
    }
    rest = lines[...]
  }

  /// Reads all variables, in their order.
  ///
  /// - Parameter caller: The variables of whoever calls.
  /// - Returns: Of equal keys the last one counts.
  /// - Throws: ``InputError`` that names the file and the line, and has nothing of what stands there: it may be a password.
  mutating func variables(caller: [String: String]) throws(InputError) -> [Variable] {
    var variables: [Variable] = []
    while let variable = try next(caller) {
      variables.append(variable)
    }
    return variables
  }

  private mutating func next(_ caller: [String: String]) throws(InputError) -> Variable? {
    while true {
      skipBlanks()
      guard let byte = rest.first else { return nil }
      if byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "#") { break }
      try endLine()
    }
    let line = line
    var key = takeKey()
    if key == "export", rest.first?.isBlank == true {
      skipBlanks()
      key = takeKey()
    }
    skipBlanks()
    guard Variable.isName(key) else { throw malformed }
    guard rest.first == UInt8(ascii: "=") else {
      try endLine()
      guard let value = caller[key] else {
        // What has no equals sign may be the second line of a secret, so it is not shown.
        throw InputError("\(name):\(line) has no = and is no variable that is set.")
      }
      return try variable(key, value, line)
    }
    rest.removeFirst()
    let isApart = rest.first?.isBlank == true
    skipBlanks()
    let value = try takeValue(isApart: isApart)
    try endLine()
    guard let text = String(validating: value, as: UTF8.self), !value.contains(0) else {
      throw InputError("\(name):\(line) has a value that is no text in UTF-8.")
    }
    return try variable(key, text, line)
  }

  private func variable(_ key: String, _ value: String, _ line: Int) throws(InputError) -> Variable {
    if let reason = Variable.reasonNotToSet(key) {
      throw InputError("\(name):\(line) cannot set \(key), because \(reason).")
    }
    return Variable(key: key, value: value)
  }

  private var malformed: InputError {
    InputError("\(name):\(line) is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret.")
  }

  private mutating func skipBlanks() {
    rest = rest.drop(while: \.isBlank)
  }

  private mutating func takeKey() -> String {
    let key = rest.prefix { !$0.isBlank && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\n") }
    rest = rest[key.endIndex...]
    return String(decoding: key, as: UTF8.self)
  }

  /// Takes what may stand behind a value: blanks, a comment, the line's end.
  private mutating func endLine() throws(InputError) {
    skipBlanks()
    if rest.first == UInt8(ascii: "#") { rest = rest.drop { $0 != UInt8(ascii: "\n") } }
    guard let byte = rest.first else { return }
    guard byte == UInt8(ascii: "\n") else { throw malformed }
    rest.removeFirst()
    line += 1
  }

  private mutating func takeValue(isApart: Bool) throws(InputError) -> [UInt8] {
    switch rest.first {
    case UInt8(ascii: "'"): return try takeQuoted("single", UInt8(ascii: "'"))
    case UInt8(ascii: "\""): return try takeQuoted("double", UInt8(ascii: "\""))
    default:
      var value: [UInt8] = []
      var isAfterBlank = isApart
      while let byte = rest.first, byte != UInt8(ascii: "\n"), !(isAfterBlank && byte == UInt8(ascii: "#")) {
        value.append(byte)
        isAfterBlank = byte.isBlank
        rest.removeFirst()
      }
      while value.last?.isBlank == true { value.removeLast() }
      return value
    }
  }

  private mutating func takeQuoted(_ kind: String, _ quote: UInt8) throws(InputError) -> [UInt8] {
    let unclosed = InputError("\(name):\(line) has a \(kind) quote that is never closed.")
    rest.removeFirst()
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == quote { return value }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let escaped = Self.escapes[rest.first ?? 0] {
        rest.removeFirst()
        value.append(escaped)
      } else {
        value.append(byte)
      }
    }
    throw unclosed
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "n"): UInt8(ascii: "\n"), UInt8(ascii: "r"): UInt8(ascii: "\r"), UInt8(ascii: "t"): UInt8(ascii: "\t"),
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "$"): UInt8(ascii: "$"), UInt8(ascii: "`"): UInt8(ascii: "`"),
  ]
}

extension UInt8 {
  /// White space within a line.
  fileprivate var isBlank: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
  }
}
