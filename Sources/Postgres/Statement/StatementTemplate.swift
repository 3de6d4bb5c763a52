/// SQL text whose parameters have names, to be given values: a statement that stands in a file of its own.
///
/// ```sql
/// SELECT handle FROM users WHERE uuid = :uuid::uuid
/// ```
///
/// A parameter is a colon and a name, as in psql: a letter or underscore, then letters, digits and underscores. What
/// stands in quotes, dollar quotes and comments is left as it is, and so is the cast `::`. A name may stand in several
/// places and is one parameter. Numbered parameters are what comes out, and have no place in the text.
public struct StatementTemplate: Sendable {
  /// The SQL text, with `$1`, `$2`, … for the parameters.
  public let text: String
  /// The parameters' names, that of `$1` first.
  public let parameterNames: [String]

  /// Reads UTF-8 text, such as that of a file embedded in the program.
  public init(_ sql: some Collection<UInt8>) {
    var (text, names) = ("", [Substring]())
    for token in SQLTokens(String(decoding: sql, as: UTF8.self)[...]) {
      guard token.kind == .namedParameter else {
        text += token.text
        continue
      }
      let name = token.text.dropFirst()
      let index = names.firstIndex(of: name) ?? names.endIndex
      if index == names.endIndex { names.append(name) }
      text += "$\(index + 1)"
    }
    self.text = text
    parameterNames = names.map(String.init)
  }

  /// Makes a statement of the parameters' values by their names, nil being NULL.
  ///
  /// A statement whose values are not those of the parameters, each once, is never sent: executing it throws
  /// ``PostgresError/Reason/invalidParameter``, which names the odd one.
  public func callAsFunction(_ values: KeyValuePairs<String, (any ParameterEncodable)?>) -> Statement {
    var parameters = Parameters(capacity: parameterNames.count)
    for name in parameterNames {
      if let (_, value) = values.first(where: { $0.key == name }) {
        parameters.append(any: value)
      } else {
        parameters.refuse("Parameter :\(name) has no value.")
      }
    }
    if values.count > parameterNames.count, let odd = oddName(in: values) {
      parameters.refuse("There is no parameter :\(odd), or it has two values.")
    }
    return Statement(text: text, parameters: parameters)
  }

  private func oddName(in values: KeyValuePairs<String, (any ParameterEncodable)?>) -> String? {
    let names = values.map(\.key)
    return names.indices.first { !parameterNames.contains(names[$0]) || names[..<$0].contains(names[$0]) }
      .map { names[$0] }
  }
}

extension Parameters {
  /// Appends a value of whatever type; nil has none, and leaves it to the server.
  fileprivate mutating func append(any value: (any ParameterEncodable)?) {
    if let value { append(value) } else { append(nil as String?) }
  }
}
