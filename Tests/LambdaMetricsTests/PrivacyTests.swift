import LambdaMetrics
import LambdaRuntime
import Logging
import MetricsTestKit
import Postgres
import TestSupport
import Testing

/// Nothing that a person says of themselves, no secret and no host is in a metric.
@Suite(.ownThread) struct PrivacyTests {
  private let metrics = TestMetrics()
  private let marker = "zqmarkerxv"

  private var texts: [String] {
    metrics.timers.map { "\($0.label) \($0.dimensions)" } + metrics.counters.map { "\($0.label) \($0.dimensions)" }
      + metrics.recorders.map { "\($0.label) \($0.dimensions)" } + metrics.meters.map { "\($0.label) \($0.dimensions)" }
  }

  @Test func `Neither what a statement is given, nor how to connect, nor what a client says is in one`() async throws {
    let observer = MetricsObserver(factory: metrics)
    let postgres = try await ThrowawayPostgres.shared
    let end = ContinuousClock.now + .seconds(20)
    let pool = Pool(
      try ConnectionConfiguration(try postgres.makeDatabase()), limit: 1, retryTime: .milliseconds(500),
      observers: [observer])
    try await pool.execute("CREATE TABLE t (name text UNIQUE)", until: end)
    for _ in 1...2 { _ = try? await pool.execute("INSERT INTO t VALUES (\(marker))", until: end) }
    try await pool.execute(
      """
      CREATE FUNCTION refuse(value text) RETURNS int LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION '%', value USING ERRCODE = '40001', DETAIL = value, TABLE = value; END $$
      """, until: end)
    await #expect(throws: PostgresError.self) { try await pool.execute("SELECT refuse(\(marker))", until: end) }
    for url in [
      "postgresql://\(marker):\(marker)@127.0.0.1:\(postgres.port)/\(marker)",
      "postgresql://\(marker):\(marker)@\(marker).invalid/\(marker)?sslmode=disable",
    ] {
      let pool = Pool(try ConnectionConfiguration(url), limit: 1, observers: [observer])
      await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1", until: end) }
    }
    let context = InvocationContext(
      requestID: "id", clientContext: marker, cognitoIdentity: marker,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    observer.invocationEnded(
      InvocationReport(context: context, initialization: .seconds(1), errorType: .function("InvalidEvent")))

    #expect(try metrics.expectCounter("db.client.operation.retries", [("error.type", "40001")]).totalValue > 0)
    #expect(texts.count > 6)
    for text in texts { #expect(!text.lowercased().contains(marker), "\(text)") }
  }
}
