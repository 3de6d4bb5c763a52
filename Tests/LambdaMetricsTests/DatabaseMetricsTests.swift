import LambdaMetrics
import MetricsTestKit
import Postgres
import TestSupport
import Testing

/// What swift-metrics is told of a database's pool.
@Suite(.ownThread) struct DatabaseMetricsTests {
  private let metrics = TestMetrics()

  private var ampleTime: ContinuousClock.Instant { .now + .seconds(20) }

  private func makePool(_ url: String, retryTime: Duration = .zero) throws -> Pool {
    Pool(
      try ConnectionConfiguration(url), limit: 1, retryTime: retryTime,
      observers: [MetricsObserver(factory: metrics)])
  }

  @Test func `Connecting and statements are timed, by the statement's first word`() async throws {
    let pool = try makePool(try await ThrowawayPostgres.shared.makeDatabase())
    try await pool.execute("CREATE TABLE t (i int)", until: ampleTime)
    try await pool.execute("-- a comment\ninsert INTO t VALUES (\(1))", until: ampleTime)
    try await pool.execute("INSERT INTO t VALUES (\(2))", until: ampleTime)
    await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1/0", until: ampleTime) }

    let connects = try metrics.expectTimer("db.client.connection.create_time")
    #expect(connects.values.count == 1)
    #expect(connects.values.allSatisfy { $0 > 0 })
    let label = "db.client.operation.duration"
    #expect(try metrics.expectTimer(label, [("db.operation.name", "CREATE")]).values.count == 1)
    #expect(try metrics.expectTimer(label, [("db.operation.name", "INSERT")]).values.count == 2)
    let failed = [("db.operation.name", "SELECT"), ("error.type", "22012")]
    #expect(try metrics.expectTimer(label, failed).values.count == 1)
    #expect(metrics.timers.count == 4)
  }

  @Test func `A statement's time is its own`() async throws {
    let pool = try makePool(try await ThrowawayPostgres.shared.url)
    try await pool.execute("SELECT pg_sleep(0.2)", until: ampleTime)
    let time = try metrics.expectTimer("db.client.operation.duration", [("db.operation.name", "SELECT")]).values
    #expect(time.count == 1)
    #expect((200_000_000...20_000_000_000).contains(time.first ?? 0))
  }

  @Test func `A connect that fails is timed by its reason, and each retry is counted`() async throws {
    let pool = try makePool(
      "postgresql://127.0.0.1:\(SilentListener().port)/db", retryTime: .milliseconds(300))
    await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1", until: ampleTime) }
    let failed = [("error.type", "connectionRefused")]
    let connects = try metrics.expectTimer("db.client.connection.create_time", failed).values.count
    let retries = try metrics.expectCounter("db.client.operation.retries", failed).values.reduce(0, +)
    #expect(retries > 0)
    #expect(connects == Int(retries) + 1)
  }
}
