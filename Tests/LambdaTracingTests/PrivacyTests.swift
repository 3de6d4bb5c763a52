import InMemoryTracing
import LambdaRuntime
import LambdaTracing
import Logging
import Postgres
import TestSupport
import Testing
import Tracing

/// Nothing that a person says of themselves, no secret and no host is in a span.
@Suite(.ownThread) struct PrivacyTests {
  private let tracer = InMemoryTracer()
  private let marker = "zqmarkerxv"

  private func texts(_ attributes: SpanAttributes) -> [String] {
    var texts: [String] = []
    attributes.forEach { texts.append("\($0)=\($1)") }
    return texts
  }

  private func expectNothing() {
    #expect(tracer.activeSpans.isEmpty)
    for span in tracer.finishedSpans {
      let events = span.events.flatMap { [$0.name] + texts($0.attributes) }
      let errors = span.errors.flatMap { ["\($0.error)"] + texts($0.attributes) }
      let status = span.status.map { "\($0)" } ?? ""
      for text in [span.operationName, status, "\(span)"] + texts(span.attributes) + events + errors {
        #expect(!text.lowercased().contains(marker), "\(text)")
      }
    }
  }

  @Test func `What a statement is given, and what the server says of it, is in none`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let observer = TracingObserver(tracer: tracer)
    let pool = Pool(
      try ConnectionConfiguration(url), limit: 1, retryTime: .milliseconds(500), observers: [observer])
    let end = ContinuousClock.now + .seconds(20)
    try await pool.execute("CREATE TABLE t (name text UNIQUE CHECK (name <> 'a'))", until: end)
    try await pool.execute(
      """
      CREATE FUNCTION refuse(value text, code text) RETURNS int LANGUAGE plpgsql AS $$
      BEGIN
        RAISE WARNING '%', value;
        RAISE EXCEPTION '%', value USING ERRCODE = code, DETAIL = value, HINT = value, COLUMN = value, TABLE = value;
      END $$
      """, until: end)
    let statements: [Statement] = [
      "INSERT INTO t VALUES (\(marker))", "INSERT INTO t VALUES (\(marker))", "SELECT (\(marker)::text)::int",
    ]
    for statement in statements { _ = try? await pool.execute(statement, until: end) }
    for code in ["P0001", "23514", "42P01", "40001"] {
      let statement: Statement = "SELECT refuse(\(marker), \(code))"
      await #expect(throws: PostgresError.self) { try await pool.execute(statement, until: end) }
    }
    let names = Set(tracer.finishedSpans.map(\.operationName))
    #expect(names.isSuperset(of: ["connect", "INSERT", "SELECT", "retry"]), "\(names)")
    #expect(tracer.finishedSpans.contains { $0.attributes["error.type"]?.toSpanAttribute() == "23505" })
    expectNothing()
  }

  @Test func `How to connect is in none`() async throws {
    let port = try await ThrowawayPostgres.shared.port
    for url in [
      "postgresql://\(marker):\(marker)@127.0.0.1:\(port)/\(marker)",
      "postgresql://\(marker):\(marker)@\(marker).invalid/\(marker)?sslmode=disable",
      "host=/\(marker) user=\(marker)",
    ] {
      let observer = TracingObserver(tracer: tracer)
      let pool = Pool(try ConnectionConfiguration(url), limit: 1, observers: [observer])
      await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1", until: .now + .seconds(20)) }
    }
    #expect(tracer.finishedSpans.count == 3)
    expectNothing()
  }

  @Test func `What a client says of itself is in none`() {
    let context = InvocationContext(
      requestID: "id", clientContext: marker, cognitoIdentity: marker,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let observer = TracingObserver(tracer: tracer)
    observer.invocationBegan(context)
    observer.invocationEnded(InvocationReport(context: context, errorType: .function("InvalidEvent")))
    #expect(tracer.finishedSpans.count == 1)
    expectNothing()
  }
}
