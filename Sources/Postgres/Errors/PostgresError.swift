/// Why something that was asked of PostgreSQL did not happen.
///
/// ``description`` is safe to log and to show: the reason in a stable sentence and the SQLSTATE, never parameters,
/// rows, hosts or secrets. What a developer may need beyond that is in ``debugMessage`` and ``debugDetail``.
public struct PostgresError: Error, Hashable, CustomStringConvertible {
  /// What kind of failure it was.
  public let reason: Reason
  /// The server's error code, if the failure is an answer of the server.
  public internal(set) var sqlState: SQLState?
  /// The name of the constraint that was violated.
  public internal(set) var constraint: String?
  /// The name of the schema that the failure is about.
  public internal(set) var schema: String?
  /// The name of the table that the failure is about.
  public internal(set) var table: String?
  /// The name of the column that the failure is about.
  public internal(set) var column: String?
  /// What the server said of the schema or the text of the statement: which relation is missing, where the syntax is wrong. It has
  /// names of tables, columns and the like, and never data, so that a log may have it; nil for a message that might have some.
  public internal(set) var schemaMessage: String?
  /// The line of the script, counted from 1, that the failure is in, as exactly as the server says; nil for a single statement.
  public internal(set) var line: Int?
  /// How often the call of a ``Pool`` was tried that ended so: 1, or more where it was retried.
  public internal(set) var attempts = 1
  /// What the server or libpq said. It may hold data, host names and user names: not for a log.
  public internal(set) var debugMessage: String?
  /// The server's DETAIL. It usually holds data: not for a log.
  public internal(set) var debugDetail: String?

  /// Whether it was the plan of a prepared statement that the server gave up (0A000 means other things, too).
  var isStalePlan = false
  /// Whether it is known to pass by itself, although errors of its kind do not in general.
  var isPassing = false
  /// What became of the statement.
  var effect = Effect.unknown

  /// Where in the statement's text, in characters from 1.
  var position: Int?
  /// How many statements of the script had been executed before.
  var precedingStatements = 0

  private let sentence: String

  init(_ reason: Reason, _ sentence: String? = nil) {
    self.reason = reason
    self.sentence = sentence ?? reason.sentence
  }

  /// One sentence and, if the server sent one, the SQLSTATE.
  public var description: String {
    guard let sqlState else { return sentence }
    return "\(sentence) (SQLSTATE \(sqlState))"
  }
}
