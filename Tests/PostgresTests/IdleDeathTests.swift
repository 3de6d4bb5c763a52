import TestSupport
import Testing

@testable import Postgres

/// Connections that died while nobody looked.
@Suite(.ownThread) struct IdleDeathTests {
  private let insert: Statement = "INSERT INTO t VALUES (1)"

  private func makeDatabase() async throws -> String {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    try server.psql("CREATE TABLE t (i int)", url: url)
    return url
  }

  private func rowCount(_ url: String) async throws -> String {
    try await ThrowawayPostgres.shared.psql("SELECT count(*) FROM t", url: url)
  }

  @Test func `A session that was ended while idle is replaced, and nobody hears of it`() async throws {
    let url = try await makeDatabase()
    let pool = try Pool(url: url, limit: 3)
    for statement in [insert, insert.idempotent(), insert.unprepared(), insert.idempotent().unprepared()] {
      try await pool.connect(until: ampleTime)
      try await ThrowawayPostgres.shared.terminateSessions(of: url)
      try await pool.execute(statement)
    }
    #expect(try await rowCount(url) == "4")
  }

  @Test func `A transaction begins on a connection that is alive`() async throws {
    let url = try await makeDatabase()
    let pool = try Pool(url: url)
    try await pool.connect(until: ampleTime)
    try await ThrowawayPostgres.shared.terminateSessions(of: url)
    try await pool.transaction { try await $0.execute("SELECT 1") }
  }

  @Test func `A server that was restarted is connected to again`() async throws {
    let server = try ThrowawayPostgres()
    let proxy = try ForgetfulProxy(to: server.port)
    let pool = try Pool(url: server.url(port: proxy.port))
    try await pool.connect(until: ampleTime)
    try proxy.reset()
    try await pool.execute(Statement("SELECT 1").idempotent())
    try proxy.reset()
    try await pool.execute("SELECT 1")
  }

  /// Ten seconds are far more than it takes to find out, and a wait without end would take them all.
  private var tenSeconds: ContinuousClock.Instant { .now + .seconds(10) }

  @Test func `A host that acknowledges nothing any more is left before the deadline`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try await makeDatabase()
    let proxy = try ForgetfulProxy(to: server.port)
    let pool = try Pool(url: url.replacing(":\(server.port)/", with: ":\(proxy.port)/"))
    try await pool.connect(until: ampleTime)
    try proxy.fallSilent()
    try await pool.execute(insert.idempotent(), until: tenSeconds)
    #expect(try await rowCount(url) == "1")
  }

  @Test func `A host that is gone is left for the place that its name has by then`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try await makeDatabase()
    let gone = try UnreachablePlace(port: server.port)
    let named = url.replacing("@127.0.0.1:", with: "@db.example:") + "?sslmode=disable"
    var configuration = try ConnectionConfiguration(named)
    let addresses = Shared([gone.address, "127.0.0.1"])
    configuration.resolver = Resolver { _ in
      .success([addresses.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }])
    }
    let pool = Pool(configuration, limit: 1, retryTime: .seconds(5))
    try await pool.execute(insert, until: tenSeconds)
    withExtendedLifetime(gone) {}
    #expect(try await rowCount(url) == "1")
  }

  @Test func `Whoever sets how long a host may be silent is heard`() throws {
    func userTimeouts(_ conninfo: String) throws -> [String] {
      try ConnectionConfiguration(conninfo).parameters.filter { $0.keyword == "tcp_user_timeout" }.map(\.value)
    }
    #expect(try userTimeouts("host=localhost") == ["2000"])
    #expect(try userTimeouts("host=localhost tcp_user_timeout=0") == ["0"])
  }

  @Test func `Only one replacement is made`() async throws {
    let url = try await makeDatabase()
    let pool = try Pool(url: url)
    let suicide = Statement("SELECT pg_terminate_backend(pg_backend_pid())").idempotent()
    try await pool.connect(until: ampleTime)
    let error = await #expect(throws: PostgresError.self) { try await pool.execute(suicide) }
    #expect(error?.reason == .serverShutdown)
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `What the server may have done is not done again unless it may be`() async throws {
    let url = try await makeDatabase()
    let pool = try Pool(url: url)
    try await pool.execute("CREATE SEQUENCE s")
    let suicide: Statement = "SELECT nextval('s'), pg_terminate_backend(pg_backend_pid())"
    try await pool.connect(until: ampleTime)
    await #expect(throws: PostgresError.self) { try await pool.execute(suicide) }
    #expect(try value(await pool.execute("SELECT last_value AS value FROM s"), as: Int.self) == 1)
    await #expect(throws: PostgresError.self) { try await pool.execute(suicide.idempotent()) }
    #expect(try value(await pool.execute("SELECT last_value AS value FROM s"), as: Int.self) == 3)
  }

  /// A pool whose connections have been idle for an hour when they are taken again.
  private func makeSleepyPool(_ url: String, pingTimeout: Duration) throws -> Pool {
    let clock = Shared<Int64>(0)
    let aging = Aging(pingTimeout: pingTimeout, lifetime: .seconds(1_000_000_000)) {
      clock.withLock { $0 += 3_600_000_000 }
      return Timestamp(microsecondsSinceEpoch: clock.withLock { $0 })
    }
    return Pool(try ConnectionConfiguration(url), limit: 1, aging: aging)
  }

  @Test func `A connection that a NAT has forgotten counts as dead when it gives no sign of life in time`() async throws
  {
    let server = try await ThrowawayPostgres.shared
    let proxy = try ForgetfulProxy(to: server.port)
    let pool = try makeSleepyPool(server.url(port: proxy.port), pingTimeout: .milliseconds(200))
    for statement: Statement in ["SELECT 1", Statement("SELECT 1").idempotent()] {
      try await pool.connect(until: ampleTime)
      proxy.forget()
      let end = ContinuousClock.now + .milliseconds(200)
      try await pool.execute(statement)
      expectTime(of: end)
    }
  }

  @Test func `A connection that was idle for long and answers is kept`() async throws {
    let pool = try await makeSleepyPool(sharedURL, pingTimeout: .seconds(10))
    let pids = [
      try value(await pool.execute("SELECT pg_backend_pid() AS value"), as: Int.self),
      try value(await pool.execute("SELECT pg_backend_pid() AS value"), as: Int.self),
    ]
    #expect(pids[0] == pids[1])
  }

  @Test func `A statement that is slow after a long time of idleness is not taken for a dead connection`() async throws
  {
    let pool = try await makeSleepyPool(sharedURL, pingTimeout: .seconds(2))
    try await pool.connect(until: ampleTime)
    let pid = try value(await pool.execute("SELECT pg_backend_pid() AS value"), as: Int.self)
    let slow = Statement("SELECT pg_backend_pid() AS value FROM pg_sleep(2.5)").idempotent()
    #expect(try value(await pool.execute(slow), as: Int.self) == pid)
  }

  @Test func `The deadline comes before the ping's time is over`() async throws {
    let server = try await ThrowawayPostgres.shared
    let proxy = try ForgetfulProxy(to: server.port)
    let pool = try makeSleepyPool(server.url(port: proxy.port), pingTimeout: .seconds(60))
    try await pool.connect(until: ampleTime)
    proxy.forget()
    let deadline = ContinuousClock.now + .milliseconds(200)
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1", until: deadline) }
    expectTime(of: deadline)
    #expect(error?.reason == .statementTimeout)
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A minute is the limit, and a clock that was set back is suspect`() {
    func isSuspect(after seconds: Int64) -> Bool {
      Aging { Timestamp(microsecondsSinceEpoch: seconds * 1_000_000) }
        .isSuspect(since: Timestamp(microsecondsSinceEpoch: 0))
    }
    #expect(!isSuspect(after: 0))
    #expect(!isSuspect(after: 60))
    #expect(isSuspect(after: 61))
    #expect(isSuspect(after: -1))
  }
}
