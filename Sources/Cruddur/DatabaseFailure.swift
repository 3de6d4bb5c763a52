public import LambdaRuntime
public import Postgres

/// Work that the database did not do.
public struct DatabaseFailure: LambdaError, CustomStringConvertible {
  /// What went wrong.
  public let cause: PostgresError

  /// What was being done, for the log: no personal data.
  public let work: String

  /// Makes an error.
  public init(cause: PostgresError, work: String) {
    self.cause = cause
    self.work = work
  }
}
