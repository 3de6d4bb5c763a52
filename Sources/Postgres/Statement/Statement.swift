/// An SQL statement and its parameters.
///
/// ```swift
/// let statement: Statement = "INSERT INTO users (handle, email) VALUES (\(handle), \(email))"
/// ```
///
/// Each interpolation becomes a bound parameter, `$1`, `$2` and so on, which PostgreSQL never reads as SQL; whatever a
/// value holds, it cannot change what the statement does. A value that cannot be sent (text with U+0000, say) makes
/// ``Connection/execute(_:until:)`` throw ``PostgresError/Reason/invalidParameter`` before anything is sent.
public struct Statement: ExpressibleByStringInterpolation, Sendable {
  /// The SQL text, with `$1`, `$2`, … for the parameters.
  public let text: String
  let parameters: Parameters
  /// Whether sending the statement twice does no more than sending it once.
  public private(set) var isIdempotent = false
  /// Whether a connection prepares the statement when it first meets it, and only binds its parameters from then on.
  public private(set) var isPrepared = true
  /// What the server makes of the rows.
  private(set) var form = ResultForm.rows

  init(text: String, parameters: Parameters) {
    self.text = text
    self.parameters = parameters
  }

  /// Makes a statement without parameters.
  public init(stringLiteral text: String) {
    self.text = text
    parameters = Parameters(capacity: 0)
  }

  /// Makes a statement of text and parameters; called by the compiler.
  public init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    parameters = stringInterpolation.parameters
  }

  /// The statement, declared idempotent: a ``Pool`` may send it once more, on a fresh connection, if the kept one
  /// turns out to have died while it was idle, although the server may have executed it the first time.
  public func idempotent() -> Statement {
    var copy = self
    copy.isIdempotent = true
    return copy
  }

  /// The statement, to be parsed and planned each time: for one that is sent once, or whose best plan depends on its
  /// parameters.
  public func unprepared() -> Statement {
    var copy = self
    copy.isPrepared = false
    return copy
  }

  /// The statement, whose rows the server turns into something else. The text that does this is only made when the
  /// statement is prepared.
  func answering(in form: ResultForm) -> Statement {
    var copy = self
    copy.form = form
    return copy
  }
}

extension Statement: CustomStringConvertible {
  /// The SQL text; never the parameters.
  public var description: String { text }
}
