import LambdaRuntime
public import Metrics
public import Postgres

/// Tells [swift-metrics](https://github.com/apple/swift-metrics) of invocations and of what a database's pool does, under
/// the names of [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/).
///
/// | metric | dimensions | what it is |
/// | --- | --- | --- |
/// | timer `db.client.connection.create_time` | `error.type` | connecting |
/// | timer `db.client.operation.duration` | `db.operation.name`, `error.type` | a statement, by its first word: `INSERT` |
/// | counter `db.client.operation.retries` | `error.type` | what is retried |
///
/// `error.type` is there where it failed: the SQLSTATE, or the reason.
public struct MetricsObserver: PostgresObserver {
  private let factory: any MetricsFactory

  /// Makes an observer.
  ///
  /// - Parameter factory: Who keeps the metrics; by default the one that the program was bootstrapped with.
  public init(factory: any MetricsFactory = MetricsSystem.factory) {
    self.factory = factory
  }

  /// Records how long connecting took.
  public func connectEnded(_ report: ConnectReport) {
    record(report.duration, as: "db.client.connection.create_time", report.error)
  }

  /// Records how long a statement took.
  public func statementEnded(_ report: StatementReport) {
    record(
      report.duration, as: "db.client.operation.duration", report.error,
      [("db.operation.name", report.operation)])
  }

  /// Counts a retry.
  public func retryBegan(_ report: RetryReport) {
    Counter(label: "db.client.operation.retries", dimensions: dimensions(report.error), factory: factory).increment()
  }

  private func record(
    _ duration: Duration, as label: String, _ error: PostgresError?, _ others: [(String, String)] = []
  ) {
    Timer(label: label, dimensions: others + dimensions(error), factory: factory).record(duration: duration)
  }

  private func dimensions(_ error: PostgresError?) -> [(String, String)] {
    error.map { [("error.type", $0.sqlState?.rawValue ?? $0.reason.rawValue)] } ?? []
  }
}
