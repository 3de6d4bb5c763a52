import LambdaRuntime
public import Logging
public import Postgres

/// Notes in the log, at the level debug, how long each connection and each statement took: lines of the invocation that
/// they were for, where they were for one.
public struct DatabaseLog: PostgresObserver {
  private let logger: Logger

  /// Writes to `logger` what is outside of an invocation.
  public init(_ logger: Logger) {
    self.logger = logger
  }

  /// Notes a connection.
  public func connectEnded(_ report: ConnectReport) {
    note(report.error == nil ? "connected" : "not connected", report.duration, report.error)
  }

  /// Notes a statement, by its first word alone.
  public func statementEnded(_ report: StatementReport) {
    note("statement over", report.duration, report.error, ["operation": .string(report.operation)])
  }

  private func note(_ what: Logger.Message, _ time: Duration, _ error: PostgresError?, _ more: Logger.Metadata = [:]) {
    var metadata = more
    metadata["milliseconds"] = .string(time.millisecondsText)
    if let error { metadata["error"] = .string(error.reason.rawValue) }
    (InvocationContext.current?.logger ?? logger).debug(what, metadata: metadata)
  }
}
