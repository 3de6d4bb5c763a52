/// What kept a statement or a connection from working.
///
/// `description` is safe to show and stable: the reason, a SQLSTATE, never a parameter, a host, a secret or the server's own words.
/// Those are in ``serverMessage`` and ``serverDetail``, for a developer who asks.
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, as far as a program has to tell it apart.
  ///
  /// A structure, so that a reason can be added without breaking a switch.
  public struct Reason: RawRepresentable, Hashable, Sendable {
    /// The reason's name.
    public let rawValue: String

    /// Takes a name.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The connection URL or one of its parameters cannot be used.
    public static let configuration = Reason(rawValue: "configuration")
    /// No address is known for the host's name.
    public static let hostNotFound = Reason(rawValue: "hostNotFound")
    /// Nobody listens at the server's address.
    public static let connectionRefused = Reason(rawValue: "connectionRefused")
    /// The server's address cannot be reached, or what is there does not speak PostgreSQL.
    public static let unreachable = Reason(rawValue: "unreachable")
    /// TLS could not be agreed on, or the server's certificate is not to be trusted.
    public static let tls = Reason(rawValue: "tls")
    /// The user or the password is wrong, or is not let in from here.
    public static let authentication = Reason(rawValue: "authentication")
    /// There is no database of that name.
    public static let databaseNotFound = Reason(rawValue: "databaseNotFound")
    /// The server has as many connections as it takes.
    public static let tooManyConnections = Reason(rawValue: "tooManyConnections")
    /// The server is starting, stopping or recovering.
    public static let serverUnavailable = Reason(rawValue: "serverUnavailable")
    /// The deadline passed before there was a connection.
    public static let connectTimeout = Reason(rawValue: "connectTimeout")
    /// The deadline passed before the statement was done.
    public static let statementTimeout = Reason(rawValue: "statementTimeout")
    /// The deadline passed while all of the pool's connections were in use.
    public static let poolTimeout = Reason(rawValue: "poolTimeout")
    /// The task was cancelled.
    public static let cancelled = Reason(rawValue: "cancelled")
    /// The connection broke. Whether the statement was carried out is not known.
    public static let connectionLost = Reason(rawValue: "connectionLost")
    /// The connection is executing another statement.
    public static let connectionBusy = Reason(rawValue: "connectionBusy")
    /// The server refused the statement: ``PostgresError/sqlState`` says why.
    public static let server = Reason(rawValue: "server")
    /// A parameter that PostgreSQL cannot store; nothing was sent.
    public static let invalidParameter = Reason(rawValue: "invalidParameter")
    /// A row's value that is not of the type that was asked for.
    public static let decoding = Reason(rawValue: "decoding")
    /// The process is out of memory, file descriptors or threads.
    public static let resources = Reason(rawValue: "resources")
  }

  /// What went wrong.
  public let reason: Reason

  /// The server's code, where the server said something.
  public internal(set) var sqlState: SQLState?

  /// The constraint that was violated.
  public internal(set) var constraint: String?

  /// The schema of what the error is about.
  public internal(set) var schema: String?

  /// The table that the error is about.
  public internal(set) var table: String?

  /// The column that the error is about: of a table, or of a row that was read.
  public internal(set) var column: String?

  /// The server's or libpq's own words. They may hold hosts, user names and values: not for a log.
  public internal(set) var serverMessage: String?

  /// The server's DETAIL, which holds values: not for a log.
  public internal(set) var serverDetail: String?

  /// What exactly, where the reason alone does not say it; safe to show.
  let explanation: String?

  init(_ reason: Reason, explanation: String? = nil) {
    self.reason = reason
    self.explanation = explanation
  }
}
