import TestSupport
import Testing

@testable import Postgres

@Suite(.ownThread) struct PoolStatisticsTests {
  @Test func `Connections in use and idle are counted, and so are tasks that wait and give up`() async throws {
    let pool = try await Pool(url: sharedURL, limit: 2)
    #expect(pool.statistics == Pool.Statistics(limit: 2))
    try await pool.connect(until: ampleTime)
    #expect(pool.statistics == Pool.Statistics(limit: 2, idle: 1, opened: 1))
    try await pool.transaction { _ in
      #expect(pool.statistics == Pool.Statistics(limit: 2, leased: 1, opened: 1))
      try await pool.transaction { transaction in
        try await transaction.execute("SELECT 1")
        let waiter = Task { try await pool.execute("SELECT 1") }
        try await waitUntil { pool.statistics.waiting > 0 }
        #expect(pool.statistics == Pool.Statistics(limit: 2, leased: 2, waiting: 1, opened: 2))
        waiter.cancel()
        _ = await waiter.result
        await #expect(throws: PostgresError.self) {
          try await pool.execute("SELECT 1", until: .now + .milliseconds(20))
        }
        #expect(pool.statistics == Pool.Statistics(limit: 2, leased: 2, opened: 2, timedOut: 1))
      }
      #expect(pool.statistics == Pool.Statistics(limit: 2, leased: 1, idle: 1, opened: 2, timedOut: 1))
    }
    #expect(pool.statistics == Pool.Statistics(limit: 2, idle: 2, opened: 2, timedOut: 1))
    #expect(pool.statistics.open == 2)
  }

  @Test func `A connection that is broken or in a transaction is closed when its lease ends`() async throws {
    let pool = try await Pool(url: sharedURL)
    _ = try? await pool.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    #expect(pool.statistics == Pool.Statistics(limit: 1, opened: 1, closed: 1))
    try await pool.execute("BEGIN")
    #expect(pool.statistics == Pool.Statistics(limit: 1, opened: 2, closed: 2))
    _ = try? await pool.execute("SELECT pg_sleep(60)", until: .now + .milliseconds(100))
    #expect(pool.statistics.leased == 0)
    #expect(pool.statistics.open == 0)
  }

  @Test func `A connection that died while it was idle is closed when it is missed`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let pool = try Pool(url: url)
    try await pool.connect(until: ampleTime)
    try await ThrowawayPostgres.shared.terminateSessions(of: url)
    try await pool.execute("SELECT 1")
    #expect(pool.statistics == Pool.Statistics(limit: 1, idle: 1, opened: 2, closed: 1))
  }

  @Test func `What is not opened does not count`() async throws {
    let pool = try Pool(url: "postgresql://127.0.0.1:\(SilentListener().port)/db")
    await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
    #expect(pool.statistics == Pool.Statistics(limit: 1))
  }

  @Test func `A task that is cancelled while it waits leaves the queue, and has not timed out`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.transaction { transaction in
      try await transaction.execute("SELECT 1")
      let waiter = Task { try await pool.execute("SELECT 1") }
      try await waitUntil { pool.statistics.waiting > 0 }
      waiter.cancel()
      await #expect(throws: PostgresError.self) { try await waiter.value }
      #expect(pool.statistics == Pool.Statistics(limit: 1, leased: 1, opened: 1))
    }
  }
}
