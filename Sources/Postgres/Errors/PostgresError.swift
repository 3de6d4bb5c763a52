/// Why something that was asked of PostgreSQL did not happen.
///
/// ``description`` is safe to log and to show: the reason in a stable sentence and the SQLSTATE, never parameters,
/// rows, hosts or secrets. What a developer may need beyond that is in ``debugMessage`` and ``debugDetail``.
public struct PostgresError: Error, Hashable, CustomStringConvertible {
  /// What kind of failure it was.
  public var reason: Reason { details.reason }
  /// The server's error code, if the failure is an answer of the server.
  public var sqlState: SQLState? { details.sqlState }
  /// The name of the constraint that was violated.
  public var constraint: String? { details.constraint }
  /// The name of the schema that the failure is about.
  public var schema: String? { details.schema }
  /// The name of the table that the failure is about.
  public var table: String? { details.table }
  /// The name of the column that the failure is about.
  public var column: String? { details.column }
  /// What the server said of the schema or the text of the statement: which relation is missing, where the syntax is wrong. It has
  /// names of tables, columns and the like, and never data, so that a log may have it; nil for a message that might have some.
  public var schemaMessage: String? { details.schemaMessage }
  /// The line of the script, counted from 1, that the failure is in, as exactly as the server says; nil for a single statement.
  public var line: Int? { details.line }
  /// How often the call of a ``Pool`` was tried that ended so: 1, or more where it was retried.
  public var attempts: Int { details.attempts }
  /// What the server or libpq said. It may hold data, host names and user names: not for a log.
  public var debugMessage: String? { details.debugMessage }
  /// The server's DETAIL. It usually holds data: not for a log.
  public var debugDetail: String? { details.debugDetail }

  /// Whether it was the plan of a prepared statement that the server gave up (0A000 means other things, too).
  var isStalePlan: Bool { details.isStalePlan }
  /// Whether it is known to pass by itself, although errors of its kind do not in general.
  var isPassing: Bool { details.isPassing }
  /// What became of the statement.
  var effect: Effect { details.effect }

  /// Where in the statement's text, in characters from 1.
  var position: Int? { details.position }
  /// How many statements of the script had been executed before.
  var precedingStatements: Int { details.precedingStatements }

  /// What the error says is in an object: an error is on the way of each call that may throw one, and so is one word, but
  /// much to say where it is thrown.
  private var storage: Storage

  /// What it says, to be added to where it is made.
  var details: Details {
    get { storage.details }
    set { storage = Storage(newValue) }
  }

  init(_ reason: Reason, _ sentence: String? = nil) {
    storage = Storage(Details(reason: reason, sentence: sentence ?? reason.sentence))
  }

  /// One sentence and, if the server sent one, the SQLSTATE.
  public var description: String {
    guard let sqlState else { return details.sentence }
    return "\(details.sentence) (SQLSTATE \(sqlState))"
  }

  /// Whether all that they say is the same.
  public static func == (left: PostgresError, right: PostgresError) -> Bool { left.details == right.details }

  /// Hashes all that it says.
  public func hash(into hasher: inout Hasher) {
    details.hash(into: &hasher)
  }

  private final class Storage: Sendable {
    let details: Details

    init(_ details: Details) {
      self.details = details
    }
  }

  struct Details: Hashable {
    let reason: Reason
    let sentence: String
    var sqlState: SQLState?
    var constraint: String?
    var schema: String?
    var table: String?
    var column: String?
    var schemaMessage: String?
    var line: Int?
    var debugMessage: String?
    var debugDetail: String?
    var attempts = 1
    var isStalePlan = false
    var isPassing = false
    var effect = Effect.unknown
    var position: Int?
    var precedingStatements = 0
  }
}
