/// Why something that was asked of PostgreSQL did not happen.
///
/// ``description`` is safe to log and to show: the reason in a stable sentence and the SQLSTATE, never parameters,
/// rows, hosts or secrets. What a developer may need beyond that is in ``debugMessage`` and ``debugDetail``.
public struct PostgresError: Error, Hashable, CustomStringConvertible {
  /// What kind of failure it was.
  public var reason: Reason { details.reason }
  /// The server's error code, if the failure is an answer of the server.
  public internal(set) var sqlState: SQLState? {
    get { details.sqlState }
    set { details.sqlState = newValue }
  }
  /// The name of the constraint that was violated.
  public internal(set) var constraint: String? {
    get { details.constraint }
    set { details.constraint = newValue }
  }
  /// The name of the schema that the failure is about.
  public internal(set) var schema: String? {
    get { details.schema }
    set { details.schema = newValue }
  }
  /// The name of the table that the failure is about.
  public internal(set) var table: String? {
    get { details.table }
    set { details.table = newValue }
  }
  /// The name of the column that the failure is about.
  public internal(set) var column: String? {
    get { details.column }
    set { details.column = newValue }
  }
  /// What the server said of the schema or the text of the statement: which relation is missing, where the syntax is wrong. It has
  /// names of tables, columns and the like, and never data, so that a log may have it; nil for a message that might have some.
  public internal(set) var schemaMessage: String? {
    get { details.schemaMessage }
    set { details.schemaMessage = newValue }
  }
  /// The line of the script, counted from 1, that the failure is in, as exactly as the server says; nil for a single statement.
  public internal(set) var line: Int? {
    get { details.line }
    set { details.line = newValue }
  }
  /// How often the call of a ``Pool`` was tried that ended so: 1, or more where it was retried.
  public internal(set) var attempts: Int {
    get { details.attempts }
    set { details.attempts = newValue }
  }
  /// What the server or libpq said. It may hold data, host names and user names: not for a log.
  public internal(set) var debugMessage: String? {
    get { details.debugMessage }
    set { details.debugMessage = newValue }
  }
  /// The server's DETAIL. It usually holds data: not for a log.
  public internal(set) var debugDetail: String? {
    get { details.debugDetail }
    set { details.debugDetail = newValue }
  }

  /// Whether it was the plan of a prepared statement that the server gave up (0A000 means other things, too).
  var isStalePlan: Bool {
    get { details.isStalePlan }
    set { details.isStalePlan = newValue }
  }
  /// Whether it is known to pass by itself, although errors of its kind do not in general.
  var isPassing: Bool {
    get { details.isPassing }
    set { details.isPassing = newValue }
  }
  /// What became of the statement.
  var effect: Effect {
    get { details.effect }
    set { details.effect = newValue }
  }

  /// Where in the statement's text, in characters from 1.
  var position: Int? {
    get { details.position }
    set { details.position = newValue }
  }
  /// How many statements of the script had been executed before.
  var precedingStatements: Int {
    get { details.precedingStatements }
    set { details.precedingStatements = newValue }
  }

  /// What the error says is in an object: an error is on the way of each call that may throw one, and so is one word, but
  /// much to say where it is thrown.
  private var storage: Storage

  private var details: Details {
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

  private struct Details: Hashable {
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
