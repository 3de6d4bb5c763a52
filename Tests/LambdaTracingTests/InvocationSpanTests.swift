import InMemoryTracing
import LambdaRuntime
import Logging
import Postgres
import TestSupport
import Testing
import Tracing

@testable import LambdaTracing

/// The spans of invocations.
@Suite(.ownThread) struct InvocationSpanTests {
  private let tracer = InMemoryTracer()

  private func context(_ requestID: String = "id", traceID: String? = nil) -> InvocationContext {
    InvocationContext(
      requestID: requestID, invokedFunctionARN: "arn:f", traceID: traceID,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test func `An invocation is a span with its id and its trace`() throws {
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0"
    let observer = TracingObserver(tracer: tracer)
    let context = context(traceID: trace)
    observer.invocationBegan(context)
    #expect(tracer.activeSpans.map(\.operationName) == ["invocation"])
    observer.invocationEnded(InvocationReport(context: context, initialization: .seconds(1)))
    #expect(tracer.activeSpans.isEmpty)
    let span = try #require(tracer.finishedSpans.first)
    #expect(span.kind == .server)
    #expect(span.status == nil)
    let expected: [(String, SpanAttribute)] = [
      ("faas.invocation_id", "id"), ("aws.lambda.invoked_arn", "arn:f"), ("aws.xray.trace_header", .string(trace)),
      ("traceparent", "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"), ("faas.coldstart", true),
    ]
    for (key, value) in expected { #expect(span.attributes[key]?.toSpanAttribute() == value, "\(key)") }
    // The tracer was given the trace, in the form that it reads.
    #expect(tracer.performedContextExtractions.map { $0.carrier as? TraceHeader } == [TraceHeader(trace)])
  }

  @Test func `An invocation that fails is marked with its type, and one without a trace begins one`() throws {
    let observer = TracingObserver(tracer: tracer)
    observer.invocationBegan(context())
    observer.invocationEnded(InvocationReport(context: context(), errorType: .function("InvalidEvent")))
    let span = try #require(tracer.finishedSpans.first)
    #expect(span.status?.code == .error)
    #expect(span.attributes["error.type"]?.toSpanAttribute() == "Function.InvalidEvent")
    #expect(span.attributes["traceparent"] == nil)
    #expect(tracer.performedContextExtractions.isEmpty)
  }

  @Test func `What the database does for an invocation, and what the handler adds, belongs to its span`() async throws {
    let observer = TracingObserver(tracer: tracer)
    let pool = Pool(
      try await ConnectionConfiguration(ThrowawayPostgres.shared.url), limit: 2, observers: [observer])
    try await withThrowingTaskGroup { group in
      for id in ["a", "b"] {
        group.addTask { [tracer, context] in
          let context = context(id, nil)
          observer.invocationBegan(context)
          try await InvocationContext.$current.withValue(context) {
            try await pool.execute("SELECT \(id)::text", until: .now + .seconds(20))
            try await tracer.withSpan("render", context: observer.context) { _ in
              _ = try await pool.execute("SHOW server_version", until: .now + .seconds(20))
            }
          }
          observer.invocationEnded(InvocationReport(context: context))
        }
      }
      try await group.waitForAll()
    }
    let spans = tracer.finishedSpans
    let invocations = spans.filter { $0.operationName == "invocation" }
    #expect(invocations.count == 2)
    for invocation in invocations {
      let children = spans.filter { $0.parentSpanID == invocation.spanID }
      #expect(children.count { $0.operationName == "SELECT" } == 1)
      let render = try #require(children.first { $0.operationName == "render" })
      #expect(spans.filter { $0.parentSpanID == render.spanID }.map(\.operationName) == ["SHOW"])
      #expect(spans.filter { $0.traceID == invocation.traceID }.count >= 4)
    }
    #expect(tracer.activeSpans.isEmpty)
  }

  @Test func `A request id that is handed out twice at once is two spans`() {
    let observer = TracingObserver(tracer: tracer)
    let context = context()
    observer.invocationBegan(context)
    observer.invocationBegan(context)
    #expect(tracer.activeSpans.count == 2)
    observer.invocationEnded(InvocationReport(context: context))
    observer.invocationEnded(InvocationReport(context: context))
    observer.invocationEnded(InvocationReport(context: context))
    #expect(tracer.activeSpans.isEmpty)
    #expect(tracer.finishedSpans.count == 2)
  }

  @Test(arguments: [
    "", "Root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=;Sampled=1",
    "Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
    "Root=1-5759e98-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
    "Root=1-5759E988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
    "Root=1-00000000-000000000000000000000000;Parent=53995c3f42cd8ad8", ";;=;Root", "Parent=53995c3f42cd8ad8",
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=0000000000000000",
  ])
  func `A header that has no whole trace is no traceparent`(text: String) {
    #expect(TraceHeader(text).traceparent == nil)
  }

  @Test(arguments: [("1", "01"), ("0", "00"), ("?", "00")])
  func `A trace that is not sampled says so`(sampled: String, flags: String) {
    let header = TraceHeader(
      "Sampled=\(sampled); Root=1-5759e988-bd862e3fe1be46a994272793 ;Parent=53995c3f42cd8ad8".replacing(" ;", with: ";")
    )
    #expect(header.traceparent == "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-\(flags)")
  }
}
