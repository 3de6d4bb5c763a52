/// PostgreSQL's five-character code for what went wrong.
///
/// An open list: every code is one, whether it has a name here or not.
/// Source: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The code.
  public let rawValue: String

  /// Takes any code.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The code.
  public var description: String { rawValue }

  /// 08…: the connection. The first two characters are the code's class.
  public var isConnectionException: Bool { rawValue.hasPrefix("08") }

  /// A statement that is not supported; also a prepared one whose columns have changed since.
  public static let featureNotSupported = SQLState(rawValue: "0A000")
  /// NULL where the column takes none.
  public static let notNullViolation = SQLState(rawValue: "23502")
  /// A row that refers to one that is not there.
  public static let foreignKeyViolation = SQLState(rawValue: "23503")
  /// A value that must be unique and is not.
  public static let uniqueViolation = SQLState(rawValue: "23505")
  /// A value that a CHECK refuses.
  public static let checkViolation = SQLState(rawValue: "23514")
  /// A prepared statement that the server does not know.
  public static let invalidStatementName = SQLState(rawValue: "26000")
  /// A user that may not connect from here, or at all.
  public static let invalidAuthorization = SQLState(rawValue: "28000")
  /// A wrong password.
  public static let invalidPassword = SQLState(rawValue: "28P01")
  /// A database that is not there.
  public static let invalidCatalogName = SQLState(rawValue: "3D000")
  /// Something that the user may not do.
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  /// A table that is not there.
  public static let undefinedTable = SQLState(rawValue: "42P01")
  /// More connections than the server takes.
  public static let tooManyConnections = SQLState(rawValue: "53300")
  /// A statement that was cancelled, by a time limit of the server's for example.
  public static let queryCanceled = SQLState(rawValue: "57014")
  /// A connection that an administrator ended.
  public static let adminShutdown = SQLState(rawValue: "57P01")
  /// A connection that a crash of another ended.
  public static let crashShutdown = SQLState(rawValue: "57P02")
  /// A server that is starting, stopping or recovering.
  public static let cannotConnectNow = SQLState(rawValue: "57P03")
}
