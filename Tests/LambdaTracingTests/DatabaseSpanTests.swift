import InMemoryTracing
import LambdaTracing
import Postgres
import TestSupport
import Testing
import Tracing

/// The spans of a database's pool.
@Suite(.ownThread) struct DatabaseSpanTests {
  private let tracer = InMemoryTracer()

  private var ampleTime: ContinuousClock.Instant { .now + .seconds(20) }

  private func makePool(_ url: String, retryTime: Duration = .zero) throws -> Pool {
    Pool(
      try ConnectionConfiguration(url), limit: 1, retryTime: retryTime,
      observers: [TracingObserver(tracer: tracer)])
  }

  private func text(_ key: String, of span: FinishedInMemorySpan) -> String? {
    guard case .string(let text) = span.attributes[key]?.toSpanAttribute() else { return nil }
    return text
  }

  @Test func `A connect and each statement are spans, children of the one that is current`() async throws {
    let pool = try makePool(try await ThrowawayPostgres.shared.makeDatabase())
    let parent = try await tracer.withSpan("work") { span in
      try await pool.execute("CREATE TABLE t (name text)", until: ampleTime)
      try await pool.execute("INSERT INTO t VALUES (\("O'Brien"))", until: ampleTime)
      return span.spanID
    }
    let spans = tracer.finishedSpans.filter { $0.operationName != "work" }
    #expect(spans.map(\.operationName) == ["connect", "CREATE", "INSERT"])
    for span in spans {
      #expect(span.parentSpanID == parent)
      #expect(span.kind == .client)
      #expect(text("db.system.name", of: span) == "postgresql")
      #expect(span.status == nil)
      #expect(span.startInstant.nanosecondsSinceEpoch < span.endInstant.nanosecondsSinceEpoch)
    }
    #expect(text("db.query.text", of: spans[2]) == "INSERT INTO t VALUES ($1)")
    #expect(text("db.operation.name", of: spans[2]) == "INSERT")
    #expect(spans[2].attributes["db.response.affected_rows"]?.toSpanAttribute() == .int64(1))
    #expect(!spans.contains { "\($0)".contains("O'Brien") })
    #expect(tracer.activeSpans.isEmpty)
  }

  @Test func `A span is as long as what it tells of`() async throws {
    let pool = try makePool(try await ThrowawayPostgres.shared.url)
    let before = DefaultTracerClock.now.nanosecondsSinceEpoch
    try await pool.execute("SELECT pg_sleep(0.2)", until: ampleTime)
    let span = try #require(tracer.finishedSpans.last)
    let (start, end) = (span.startInstant.nanosecondsSinceEpoch, span.endInstant.nanosecondsSinceEpoch)
    #expect(end - start >= 200_000_000)
    #expect(start >= before)
    #expect(end <= DefaultTracerClock.now.nanosecondsSinceEpoch)
  }

  @Test func `What fails is marked, without what the server said of the data`() async throws {
    let pool = try makePool(try await ThrowawayPostgres.shared.makeDatabase())
    try await pool.execute("CREATE TABLE t (name text UNIQUE)", until: ampleTime)
    let statement: Statement = "INSERT INTO t VALUES (\("O'Brien"))"
    try await pool.execute(statement, until: ampleTime)
    await #expect(throws: PostgresError.self) { try await pool.execute(statement, until: ampleTime) }
    let span = try #require(tracer.finishedSpans.last)
    #expect(span.status?.code == .error)
    #expect(text("error.type", of: span) == "23505")
    #expect(text("db.response.status_code", of: span) == "23505")
    #expect(span.errors.isEmpty)
    #expect(!"\(span)".contains("O'Brien"))
  }

  @Test func `A retry is a span of the pause, between the attempts`() async throws {
    let pool = try makePool(
      "postgresql://127.0.0.1:\(SilentListener().port)/db", retryTime: .milliseconds(300))
    await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1", until: ampleTime) }
    let spans = tracer.finishedSpans
    #expect(spans.count >= 3)
    for (index, span) in spans.enumerated() {
      #expect(span.operationName == (index % 2 == 0 ? "connect" : "retry"))
      #expect(text("error.type", of: span) == "connectionRefused")
      #expect(span.parentSpanID == nil)
    }
  }
}
