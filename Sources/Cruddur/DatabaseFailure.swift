public import LambdaRuntime
public import Postgres

/// Something that was not done, because the database failed.
public struct DatabaseFailure: LambdaError, CustomStringConvertible {
  /// What went wrong.
  public let cause: PostgresError

  /// What was not done, for the log: `user 7b1f2c34 not stored`.
  public let loss: String

  /// What the caller is told; nothing of the database.
  public let errorMessage: String

  /// What whoever runs the function has to do about it, where that is known.
  private let advice: String?

  /// Makes the error of a caller who is told nothing of the database.
  public init(cause: PostgresError, loss: String, errorMessage: String = "The database failed.") {
    self.cause = cause
    self.loss = loss
    self.errorMessage = errorMessage
    advice = cause.sqlState.flatMap(Self.advice)
  }

  /// Makes the error of a migration, whose caller runs the function and is told all that the log has.
  init(cause: PostgresError, step: String) {
    let place = cause.line.map { "\(step), line \($0)" } ?? step
    self.cause = cause
    loss = "failed at \(place)"
    errorMessage = "The database failed at \(place): \(cause.sentences)"
    advice = nil
  }

  /// Which failure of the database it was: for the log, metrics and alarms.
  public var errorType: ErrorType {
    // The server's own statement_timeout, which may be the shorter one, says the same as ours.
    .function(cause.sqlState == .queryCanceled ? "DatabaseTimeout" : cause.reason.errorType)
  }

  /// What was not done, and why.
  public var logMessage: String { description }

  /// What was not done, why, and what to do about it where that is known.
  public var description: String {
    ["\(loss): \(cause.sentences)", advice].compactMap(\.self).joined(separator: " ")
  }

  /// Tables that are not there, or not as this program's SQL wants them, and a role that may not use them.
  private static func advice(_ state: SQLState) -> String? {
    switch state {
    case .undefinedTable, .undefinedColumn, .undefinedFunction, .undefinedObject, .invalidSchemaName,
      .invalidColumnReference, .insufficientPrivilege:
      "Apply the migrations, with deploy/bin/db-migrate or the function whose _HANDLER is cruddur.migrate."
    default: nil
    }
  }
}

extension PostgresError {
  /// The description, and what the server said where that has no data in it.
  fileprivate var sentences: String {
    schemaMessage.map { "\(self) PostgreSQL says: \($0)." } ?? description
  }
}

extension PostgresError.Reason {
  /// The error type's second part.
  var errorType: String {
    switch self {
    case .configuration: "DatabaseConfiguration"
    case .credentials: "DatabaseCredentials"
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
