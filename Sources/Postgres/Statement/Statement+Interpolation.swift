extension Statement {
  /// Collects a statement's text and parameters; used by the compiler.
  public struct StringInterpolation: StringInterpolationProtocol, Sendable {
    private(set) var text = ""
    private(set) var parameters: Parameters

    /// Makes room for the literal's text and parameters.
    public init(literalCapacity: Int, interpolationCount: Int) {
      parameters = Parameters(capacity: interpolationCount)
      text.reserveCapacity(literalCapacity + interpolationCount * 3)
    }

    /// Appends SQL text from the source code.
    public mutating func appendLiteral(_ literal: String) {
      text.append(literal)
    }

    /// Appends a parameter.
    public mutating func appendInterpolation(_ value: some ParameterEncodable) {
      appendInterpolation(Optional(value))
    }

    /// Appends a parameter that is NULL if the value is nil.
    public mutating func appendInterpolation<Value: ParameterEncodable>(_ value: Value?) {
      parameters.append(value)
      text.append("$")
      text.append(String(parameters.fields.count))
    }

    /// Appends text as SQL, as it is: for names of tables and columns that the program itself chooses. Anything that
    /// comes from outside opens the database to whoever wrote it.
    public mutating func appendInterpolation(unescapedSQL text: String) {
      // libpq takes a C string, which would end there: a DELETE would lose its WHERE.
      if text.utf8.contains(0) { parameters.refuse("The statement's text holds U+0000.") }
      self.text.append(text)
    }
  }
}
