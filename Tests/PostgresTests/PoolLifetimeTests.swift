import TestSupport
import Testing

@testable import Postgres

/// How long a connection is kept.
@Suite(.ownThread) struct PoolLifetimeTests {
  /// The realtime clock of a pool, in seconds.
  private let clock = Shared<Int64>(0)

  private func makePool() async throws -> Pool {
    let aging = Aging { [clock] in Timestamp(microsecondsSinceEpoch: clock.withLock { $0 } * 1_000_000) }
    return Pool(try await ConnectionConfiguration(sharedURL), limit: 1, aging: aging)
  }

  private func processID(_ pool: Pool) async throws -> Int? {
    try await pool.value("SELECT pg_backend_pid()", until: ampleTime)
  }

  @Test func `A connection is kept for thirty minutes, however often it is used`() async throws {
    let pool = try await makePool()
    let first = try await processID(pool)
    for second: Int64 in [60, 1000, 1800] {
      clock.withLock { $0 = second }
      #expect(try await processID(pool) == first)
    }
    clock.withLock { $0 = 1801 }
    let second = try await processID(pool)
    #expect(second != first)
    #expect(pool.statistics == Pool.Statistics(limit: 1, idle: 1, opened: 2, closed: 1))
    clock.withLock { $0 = 3601 }
    #expect(try await processID(pool) == second)
  }

  @Test func `A connection that has been open for too long when its lease ends is closed`() async throws {
    let pool = try await makePool()
    try await pool.transaction { transaction in
      try await transaction.execute("SELECT 1")
      clock.withLock { $0 = 1801 }
      try await transaction.execute("SELECT 1")
    }
    #expect(pool.statistics == Pool.Statistics(limit: 1, opened: 1, closed: 1))
  }

  @Test func `After the clock was set back nobody knows how old a connection is`() async throws {
    let pool = try await makePool()
    let first = try await processID(pool)
    clock.withLock { $0 = -1 }
    #expect(try await processID(pool) != first)
  }

  @Test func `A connection may have another lifetime`() async throws {
    let pool = Pool(try await ConnectionConfiguration(sharedURL), limit: 1, lifetime: .zero)
    #expect(try await processID(pool) != processID(pool))
    #expect(pool.statistics == Pool.Statistics(limit: 1, opened: 2, closed: 2))
  }
}
