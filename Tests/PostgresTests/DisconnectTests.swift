import Glibc
import TestSupport
import Testing

@testable import Postgres

/// A pool that gives up its connections.
@Suite(.ownThread) struct DisconnectTests {
  private func processID(_ pool: Pool) async throws -> Int? {
    try await pool.value("SELECT pg_backend_pid()", until: ampleTime)
  }

  @Test func `A connection that nobody uses is closed at once, and the pool opens another when it needs one`()
    async throws
  {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let pool = try Pool(url: url)
    let first = try await processID(pool)
    pool.disconnect()
    #expect(pool.statistics == Pool.Statistics(limit: 1, opened: 1, closed: 1))
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(url.split(separator: "/").last ?? "")'"
    try await waitUntil { try await ThrowawayPostgres.shared.psql(sessions) == "0" }
    #expect(try await processID(pool) != first)
    #expect(pool.statistics == Pool.Statistics(limit: 1, idle: 1, opened: 2, closed: 1))
  }

  @Test func `A connection in use is closed when it comes back`() async throws {
    let pool = try await Pool(url: sharedURL, limit: 2)
    try await pool.transaction { transaction in
      try await transaction.execute("SELECT 1")
      try await pool.connect(until: ampleTime)
      pool.disconnect()
      #expect(pool.statistics == Pool.Statistics(limit: 2, leased: 1, opened: 2, closed: 1))
      try await transaction.execute("SELECT 1")
    }
    #expect(pool.statistics == Pool.Statistics(limit: 2, opened: 2, closed: 2))
  }

  @Test func `Whoever is in the queue gets a connection of their own`() async throws {
    let pool = try await Pool(url: sharedURL)
    let (first, waiter) = try await pool.transaction { transaction in
      let first = try value(await transaction.execute("SELECT pg_backend_pid() AS value"), as: Int.self)
      let waiter = Task { try await processID(pool) }
      try await waitUntil { pool.statistics.waiting == 1 }
      pool.disconnect()
      return (first, waiter)
    }
    #expect(try await waiter.value != first)
    #expect(pool.statistics == Pool.Statistics(limit: 1, idle: 1, opened: 2, closed: 1))
  }

  @Test func `A connection that was being opened meanwhile is not kept`() async throws {
    let server = try await ThrowawayPostgres.shared
    let made = Shared<Pool?>(nil)
    let url = server.url.replacing("@127.0.0.1:", with: "@db.example:") + "?sslmode=disable"
    var configuration = try ConnectionConfiguration(url)
    configuration.resolver = Resolver { _ in
      made.withLock { $0 }?.disconnect()
      return .success(["127.0.0.1"])
    }
    let pool = Pool(configuration, limit: 1)
    made.withLock { $0 = pool }
    try await pool.connect(until: ampleTime)
    #expect(pool.statistics == Pool.Statistics(limit: 1, opened: 1, closed: 1))
    made.withLock { $0 = nil }
  }

  @Test func `An empty pool has nothing to give up`() async throws {
    let pool = try await Pool(url: sharedURL)
    pool.disconnect()
    #expect(pool.statistics == Pool.Statistics(limit: 1))
    #expect(try await processID(pool) != nil)
  }

  @Test func `The server is told, and logs no connection that was lost`() async throws {
    let server = try ThrowawayPostgres()
    for setting in ["log_disconnections = on", "log_min_messages = debug1"] {
      try server.psql("ALTER SYSTEM SET \(setting)")
    }
    try server.psql("SELECT pg_reload_conf()")
    try await waitUntil { try server.psql("SHOW log_disconnections") == "on" }
    let url = try server.makeDatabase()
    let ended = { try server.log.matches(of: /disconnection: .*database=test_/).count }
    let lost = { try server.log.contains("unexpected EOF on client connection") }

    let pool = try Pool(url: url, limit: 3)
    try await pool.transaction { transaction in
      try await transaction.execute("SELECT 1")
      try await pool.transaction { transaction in
        try await transaction.execute("SELECT 1")
        try await pool.connect(until: ampleTime)
      }
      pool.disconnect()
      try await waitUntil { try ended() == 2 }
    }
    try await waitUntil { try ended() == 3 }
    #expect(try !lost())

    // One that goes without a word is logged, so that its absence above says something.
    let connection = try await Connection.connect(url)
    shutdown(try #require(connection.handle).socket, CInt(SHUT_RDWR))
    try await waitUntil { try lost() }
  }
}
