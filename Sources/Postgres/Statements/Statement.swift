/// An SQL statement whose interpolated values are parameters: they are sent beside the text, so that no value is ever read as SQL.
///
///     let statement: Statement = "SELECT uuid FROM users WHERE handle = \(handle)"   // SELECT uuid FROM users WHERE handle = $1
public struct Statement: Sendable, Equatable {
  /// The text, with `$1`, `$2` … where the parameters belong.
  public let text: String

  /// The parameters, in order.
  public let parameters: [Parameter]

  /// Whether the statement may be sent a second time where it is not known if the first was carried out.
  public private(set) var isIdempotent = false

  /// Whether the server parses the statement once for each connection, and not each time.
  public private(set) var isPrepared = true

  /// The same statement, to be sent again over a new connection where a kept one turns out to be dead.
  public func idempotent() -> Statement {
    var copy = self
    copy.isIdempotent = true
    return copy
  }

  /// The same statement, parsed anew each time it is executed: for text that is seldom the same.
  public func unprepared() -> Statement {
    var copy = self
    copy.isPrepared = false
    return copy
  }
}

extension Statement: ExpressibleByStringInterpolation {
  /// A statement without parameters.
  public init(stringLiteral text: String) {
    self.text = text
    parameters = []
  }

  /// A statement with parameters.
  public init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    parameters = stringInterpolation.parameters
  }

  /// What collects the text and the parameters.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    fileprivate var parameters: [Parameter] = []

    /// Starts with nothing.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 3 * interpolationCount)
      parameters.reserveCapacity(interpolationCount)
    }

    /// Adds text as it is: a literal of the source code.
    public mutating func appendLiteral(_ literal: String) {
      text += literal
    }

    /// Adds a parameter.
    public mutating func appendInterpolation(_ value: some ParameterConvertible) {
      append(value.parameter)
    }

    /// Adds a parameter that may be NULL.
    public mutating func appendInterpolation<Value: ParameterConvertible>(_ value: Value?) {
      append(value?.parameter ?? Parameter(type: Value.parameterType, .null))
    }

    private mutating func append(_ parameter: Parameter) {
      parameters.append(parameter)
      text += "$"
      text += String(parameters.count)
    }

    /// Adds text as it is. Whatever it holds is SQL: it must never come from outside the program.
    public mutating func appendInterpolation(unescapedSQL sql: String) {
      text += sql
    }
  }
}
