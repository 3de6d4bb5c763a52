import LambdaRuntime
public import Postgres
public import Tracing

/// Tells [swift-distributed-tracing](https://github.com/apple/swift-distributed-tracing) of invocations and of what a
/// database's pool does, a span each, with the attributes of [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/).
///
/// No span has a parameter, a row or a person's data.
public final class TracingObserver: PostgresObserver {
  private let tracer: any Tracer

  /// Makes an observer.
  ///
  /// - Parameter tracer: Who keeps the spans; by default the one that the program was bootstrapped with.
  public init(tracer: any Tracer = InstrumentationSystem.tracer) {
    self.tracer = tracer
  }

  /// Adds the span of a connect.
  public func connectEnded(_ report: ConnectReport) {
    add("connect", report.duration, report.error) { $0["db.client.connection.attempt"] = report.attempt }
  }

  /// Adds the span of a statement.
  public func statementEnded(_ report: StatementReport) {
    add(report.operation, report.duration, report.error) {
      $0["db.operation.name"] = report.operation
      $0["db.query.text"] = report.text
      if let count = report.affectedRowCount { $0["db.response.affected_rows"] = count }
    }
  }

  /// Adds the span of a pause before a retry.
  public func retryBegan(_ report: RetryReport) {
    let now = DefaultTracerClock.now
    let span = start("retry", at: now)
    span.attributes["db.client.operation.attempt"] = report.attempt
    fail(span, report.error)
    span.end(at: now.advanced(by: report.pause))
  }

  private func add(
    _ name: String, _ duration: Duration, _ error: PostgresError?, _ describe: (inout SpanAttributes) -> Void
  ) {
    let end = DefaultTracerClock.now
    let span = start(name, at: end.advanced(by: .zero - duration))
    describe(&span.attributes)
    if let error { fail(span, error) }
    span.end(at: end)
  }

  private func start(_ name: String, at instant: DefaultTracerClock.Timestamp) -> any Span {
    let span: any Span = tracer.startSpan(name, context: .current ?? .topLevel, ofKind: .client, at: instant)
    span.attributes["db.system.name"] = "postgresql"
    return span
  }

  /// Says that a span failed, without the error itself, of which a tracer might show what is not for others.
  private func fail(_ span: any Span, _ error: PostgresError) {
    span.setStatus(SpanStatus(code: .error, message: error.description))
    span.attributes["error.type"] = error.sqlState?.rawValue ?? error.reason.rawValue
    if let state = error.sqlState { span.attributes["db.response.status_code"] = state.rawValue }
  }
}

extension DefaultTracerClock.Timestamp {
  /// The instant that much later, or earlier.
  fileprivate func advanced(by duration: Duration) -> Self {
    let (seconds, attoseconds) = duration.components
    let difference = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    return Self(nanosecondsSinceEpoch: nanosecondsSinceEpoch.advanced(by: Int(difference)))
  }
}
