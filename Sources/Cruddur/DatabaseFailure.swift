public import LambdaRuntime
public import Postgres

/// A user whom the database did not take.
public struct DatabaseFailure: LambdaError, CustomStringConvertible {
  /// What went wrong.
  public let cause: PostgresError

  /// Cognito's id of the user.
  public let sub: String

  /// Makes an error.
  public init(cause: PostgresError, sub: String) {
    self.cause = cause
    self.sub = sub
  }

  /// Which failure of the database it was: for the log, metrics and alarms.
  public var errorType: ErrorType {
    // The server's own statement_timeout, which may be the shorter one, says the same as ours.
    .function(cause.sqlState == .queryCanceled ? "DatabaseTimeout" : cause.reason.errorType)
  }

  /// Cognito shows this to the person who signs up: nothing of the database, nothing of theirs. Their account is confirmed in spite of it.
  public var errorMessage: String { "Your account is confirmed, but your profile could not be saved just now." }

  /// The failure and the user's id.
  public var logMessage: String { description }

  /// The failure and the user's id.
  public var description: String { "user \(sub) not stored: \(cause)" }
}

extension PostgresError.Reason {
  /// The error type's second part.
  var errorType: String {
    switch self {
    case .configuration: "DatabaseConfiguration"
    case .hostNotFound: "DatabaseHostNotFound"
    case .connectionRefused: "DatabaseConnectionRefused"
    case .tls: "DatabaseTLS"
    case .authentication: "DatabaseAuthentication"
    case .databaseNotFound: "DatabaseNotFound"
    case .tooManyConnections: "DatabaseTooManyConnections"
    case .serverNotReady, .serverShutdown: "DatabaseNotReady"
    case .nameResolutionTimeout, .connectTimeout, .statementTimeout, .poolTimeout: "DatabaseTimeout"
    case .connectionFailed, .connectionLost, .protocolViolation: "DatabaseConnectionLost"
    case .cancelled: "Cancelled"
    default: "DatabaseError"
    }
  }
}
