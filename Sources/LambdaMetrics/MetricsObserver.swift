public import LambdaRuntime
public import Metrics
public import Postgres

/// Tells [swift-metrics](https://github.com/apple/swift-metrics) of invocations and of what a database's pool does, under
/// the names of [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/).
///
/// | metric | dimensions | what it is |
/// | --- | --- | --- |
/// | timer `faas.invoke_duration` | `error.type` | an invocation, from the event's arrival until the response is sent |
/// | timer `faas.init_duration` | | how long a process took to be ready, told with its first invocation |
/// | counter `faas.coldstarts` | | processes that handled an invocation |
/// | counter `faas.errors` | `error.type` | invocations that failed |
/// | timer `db.client.connection.create_time` | `error.type` | connecting |
/// | timer `db.client.operation.duration` | `db.operation.name`, `error.type` | a statement, by its first word: `INSERT` |
/// | counter `db.client.operation.retries` | `error.type` | what is retried |
///
/// `error.type` is there where it failed: the runtime's type of the error, or the database's SQLSTATE or reason.
///
/// ```swift
/// let metrics = MetricsObserver()
/// setup.observers.append(metrics)
/// let database = Pool(configuration, limit: setup.maximumConcurrency, observers: [metrics])
/// ```
public struct MetricsObserver: RuntimeObserver, PostgresObserver {
  private let factory: any MetricsFactory

  /// Makes an observer.
  ///
  /// - Parameter factory: Who keeps the metrics; by default the one that the program was bootstrapped with.
  public init(factory: any MetricsFactory = MetricsSystem.factory) {
    self.factory = factory
  }

  /// Records how long an invocation took, and what became of it.
  public func invocationEnded(_ report: InvocationReport) {
    let dimensions = report.errorType.map { [("error.type", $0.rawValue)] } ?? []
    record(report.handler + report.sending, as: "faas.invoke_duration", dimensions)
    if report.errorType != nil { count("faas.errors", dimensions) }
    if let initialization = report.initialization {
      record(initialization, as: "faas.init_duration", [])
      count("faas.coldstarts", [])
    }
  }

  /// Records how long connecting took.
  public func connectEnded(_ report: ConnectReport) {
    record(report.duration, as: "db.client.connection.create_time", dimensions(report.error))
  }

  /// Records how long a statement took.
  public func statementEnded(_ report: StatementReport) {
    record(
      report.duration, as: "db.client.operation.duration",
      [("db.operation.name", report.operation)] + dimensions(report.error))
  }

  /// Counts a retry.
  public func retryBegan(_ report: RetryReport) {
    count("db.client.operation.retries", dimensions(report.error))
  }

  private func record(_ duration: Duration, as label: String, _ dimensions: [(String, String)]) {
    Timer(label: label, dimensions: dimensions, factory: factory).record(duration: duration)
  }

  private func count(_ label: String, _ dimensions: [(String, String)]) {
    Counter(label: label, dimensions: dimensions, factory: factory).increment()
  }

  private func dimensions(_ error: PostgresError?) -> [(String, String)] {
    error.map { [("error.type", $0.sqlState?.rawValue ?? $0.reason.rawValue)] } ?? []
  }
}
