public import LambdaRuntime
public import Postgres

/// Something that was not done, for the database failed.
public struct DatabaseFailure: LambdaError, CustomStringConvertible {
  /// What went wrong.
  public let cause: PostgresError

  /// What was not done, for the log: `user 7b1f2c34 not stored`.
  public let loss: String

  /// What the caller is told; nothing of the database.
  public let errorMessage: String

  /// Makes an error.
  public init(cause: PostgresError, loss: String, errorMessage: String = "The database failed.") {
    self.cause = cause
    self.loss = loss
    self.errorMessage = errorMessage
  }

  /// Which failure of the database it was: for the log, metrics and alarms.
  public var errorType: ErrorType {
    // The server's own statement_timeout, which may be the shorter one, says the same as ours.
    .function(cause.sqlState == .queryCanceled ? "DatabaseTimeout" : cause.reason.errorType)
  }

  /// What was not done, and why.
  public var logMessage: String { description }

  /// What was not done, and why.
  public var description: String { "\(loss): \(cause)" }
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
