/// A server's five-character error code.
///
/// All of them: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The code, for example `23505`.
  public let rawValue: String

  /// Makes a code of its five characters.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Reads what a server calls a code; nil where it is none, for then it may be anything, and codes are logged.
  init?(ofServer text: String) {
    let isCode =
      text.utf8.count == 5
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
      }
    guard isCode else { return nil }
    rawValue = text
  }

  /// The code.
  public var description: String { rawValue }

  /// `0A000`; also "cached plan must not change result type"
  public static let featureNotSupported = SQLState(rawValue: "0A000")
  /// `22021`
  public static let characterNotInRepertoire = SQLState(rawValue: "22021")
  /// `22P02`
  public static let invalidTextRepresentation = SQLState(rawValue: "22P02")
  /// `23502`
  public static let notNullViolation = SQLState(rawValue: "23502")
  /// `23503`
  public static let foreignKeyViolation = SQLState(rawValue: "23503")
  /// `23505`
  public static let uniqueViolation = SQLState(rawValue: "23505")
  /// `23514`
  public static let checkViolation = SQLState(rawValue: "23514")
  /// `25006`
  public static let readOnlySQLTransaction = SQLState(rawValue: "25006")
  /// `25P01`
  public static let noActiveSQLTransaction = SQLState(rawValue: "25P01")
  /// `26000`: no such prepared statement
  public static let invalidSQLStatementName = SQLState(rawValue: "26000")
  /// `28000`
  public static let invalidAuthorizationSpecification = SQLState(rawValue: "28000")
  /// `28P01`
  public static let invalidPassword = SQLState(rawValue: "28P01")
  /// `3B001`: no such savepoint
  public static let invalidSavepointSpecification = SQLState(rawValue: "3B001")
  /// `3D000`: no such database
  public static let invalidCatalogName = SQLState(rawValue: "3D000")
  /// `40001`
  public static let serializationFailure = SQLState(rawValue: "40001")
  /// `40003`
  public static let statementCompletionUnknown = SQLState(rawValue: "40003")
  /// `40P01`
  public static let deadlockDetected = SQLState(rawValue: "40P01")
  /// `3F000`: no such schema
  public static let invalidSchemaName = SQLState(rawValue: "3F000")
  /// `42501`
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  /// `42601`
  public static let syntaxError = SQLState(rawValue: "42601")
  /// `42703`
  public static let undefinedColumn = SQLState(rawValue: "42703")
  /// `42704`: no such type, role or the like
  public static let undefinedObject = SQLState(rawValue: "42704")
  /// `42883`: no such function or operator
  public static let undefinedFunction = SQLState(rawValue: "42883")
  /// `42P10`; also "no unique or exclusion constraint matching the ON CONFLICT specification"
  public static let invalidColumnReference = SQLState(rawValue: "42P10")
  /// `42P01`
  public static let undefinedTable = SQLState(rawValue: "42P01")
  /// `42P05`
  public static let duplicatePreparedStatement = SQLState(rawValue: "42P05")
  /// `53300`
  public static let tooManyConnections = SQLState(rawValue: "53300")
  /// `55P03`
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
  /// `57014`: cancelled by `statement_timeout` or by somebody's request
  public static let queryCanceled = SQLState(rawValue: "57014")
  /// `57P01`
  public static let adminShutdown = SQLState(rawValue: "57P01")
  /// `57P02`
  public static let crashShutdown = SQLState(rawValue: "57P02")
  /// `57P03`: the server is starting up, shutting down or recovering
  public static let cannotConnectNow = SQLState(rawValue: "57P03")
  /// `57P05`
  public static let idleSessionTimeout = SQLState(rawValue: "57P05")
  /// `58000`
  public static let systemError = SQLState(rawValue: "58000")
  /// `58030`
  public static let ioError = SQLState(rawValue: "58030")
}
