public import LambdaRuntime
public import Postgres
import Synchronization
public import Tracing

/// Tells [swift-distributed-tracing](https://github.com/apple/swift-distributed-tracing) of invocations and of what a
/// database's pool does, a span each, with the attributes of [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/).
///
/// An invocation's span belongs to the trace that Lambda names, and those of the database to the invocation's; what a
/// handler adds itself does, if it begins in ``context``. No span has a parameter, a row or a person's data.
///
/// ```swift
/// let tracing = TracingObserver()
/// setup.observers.append(tracing)
/// let database = Pool(configuration, limit: setup.maximumConcurrency, observers: [tracing])
/// ```
public final class TracingObserver: RuntimeObserver, PostgresObserver {
  private let tracer: any Tracer
  /// The spans of the invocations that go on, by their request ids: a list, because an id may be handed out again while
  /// the first invocation with it goes on.
  private let spans = Mutex<[String: [any Span]]>([:])

  /// Makes an observer.
  ///
  /// - Parameter tracer: Who keeps the spans; by default the one that the program was bootstrapped with.
  public init(tracer: any Tracer = InstrumentationSystem.tracer) {
    self.tracer = tracer
  }

  /// Where the current task's spans begin: in one that is current already, otherwise in that of the invocation that the
  /// task works for.
  ///
  /// ```swift
  /// try await withSpan("render", context: tracing.context) { span in … }
  /// ```
  public var context: ServiceContext {
    if let current = ServiceContext.current { return current }
    guard let id = InvocationContext.current?.requestID else { return .topLevel }
    return spans.withLock { $0[id]?.last?.context } ?? .topLevel
  }

  /// Begins the span of an invocation.
  public func invocationBegan(_ context: InvocationContext) {
    let trace = context.traceID.map(TraceHeader.init)
    var parent = ServiceContext.topLevel
    if let trace { tracer.extract(trace, into: &parent, using: TraceHeaderExtractor()) }
    let span: any Span = tracer.startSpan("invocation", context: parent, ofKind: .server, at: DefaultTracerClock.now)
    span.attributes["faas.invocation_id"] = context.requestID
    if let arn = context.invokedFunctionARN { span.attributes["aws.lambda.invoked_arn"] = arn }
    if let trace {
      span.attributes["aws.xray.trace_header"] = trace.text
      if let traceparent = trace.traceparent { span.attributes["traceparent"] = traceparent }
    }
    spans.withLock { $0[context.requestID, default: []].append(span) }
  }

  /// Ends the span of an invocation.
  public func invocationEnded(_ report: InvocationReport) {
    let id = report.context.requestID
    let span = spans.withLock { spans in
      let span = spans[id]?.popLast()
      if spans[id]?.isEmpty == true { spans[id] = nil }
      return span
    }
    guard let span else { return }
    span.attributes["faas.coldstart"] = report.isColdStart
    if let type = report.errorType {
      span.attributes["error.type"] = type.rawValue
      span.setStatus(SpanStatus(code: .error))
    }
    span.end()
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
    let span: any Span = tracer.startSpan(name, context: context, ofKind: .client, at: instant)
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
