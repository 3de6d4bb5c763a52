import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Whatever the server does, a call is over by its deadline.
@Suite(.ownThread) struct DeadlineTests {
  /// Runs a body that is to fail for a reason soon after the deadline that it is given, and not before it.
  private func expectTimeout(
    _ reason: PostgresError.Reason, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (ContinuousClock.Instant) async throws -> Void
  ) async throws {
    let deadline = ContinuousClock.now + .milliseconds(300)
    let error = await #expect(throws: PostgresError.self, sourceLocation: sourceLocation) { try await body(deadline) }
    expectTime(of: deadline, sourceLocation: sourceLocation)
    #expect(error?.reason == reason, sourceLocation: sourceLocation)
  }

  @Test func `A slow statement is cancelled, and its connection closed`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let connection = try await Connection.connect(url)
    try await expectTimeout(.statementTimeout) { try await connection.execute("SELECT pg_sleep(60)", until: $0) }
    try await expectNoSession(in: url)
    let error = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT 1") }
    #expect(error?.reason == .connectionLost)
  }

  @Test func `Waiting for a lock ends, for the server, too`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    let holder = try await Connection.connect(url)
    try await holder.execute("CREATE TABLE t (i int)")
    try await holder.execute("BEGIN")
    try await holder.execute("LOCK TABLE t")
    let pool = try Pool(url: url)
    try await pool.connect(until: ampleTime)
    try await expectTimeout(.statementTimeout) { try await pool.execute("INSERT INTO t VALUES (1)", until: $0) }
    try await expectNoSession(in: url, but: 1)
    try await holder.execute("COMMIT")
    try await pool.execute("INSERT INTO t VALUES (2)")
    #expect(try server.psql("SELECT i FROM t", url: url) == "2")
  }

  /// Waits for the server to end the sessions that were given up.
  private func expectNoSession(in url: String, but others: Int = 0) async throws {
    let database = url.split(separator: "/").last ?? ""
    let server = try await ThrowawayPostgres.shared
    var count = ""
    for _ in 0..<100 where count != "\(others)" {
      count = try server.psql("SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)'")
    }
    #expect(count == "\(others)")
  }

  @Test func `A server that stands still is given up, and used again when it goes on`() async throws {
    let server = try ThrowawayPostgres()
    let pool = try Pool(url: server.url, limit: 2)
    try await pool.connect(until: ampleTime)
    server.freeze()
    try await expectTimeout(.statementTimeout) { try await pool.execute("SELECT 1", until: $0) }
    try await expectTimeout(.connectTimeout) { try await pool.execute("SELECT 1", until: $0) }
    try await expectTimeout(.connectTimeout) { try await pool.connect(until: $0) }
    server.thaw()
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A server that reads nothing of a large statement is given up`() async throws {
    let server = try ThrowawayPostgres()
    let connection = try await Connection.connect(server.url)
    server.freeze()
    let bytes = [UInt8](repeating: 0, count: 50_000_000)
    try await expectTimeout(.statementTimeout) { try await connection.execute("SELECT \(bytes)", until: $0) }
  }

  @Test func `An answer that goes on and on is given up`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await expectTimeout(.statementTimeout) {
      try await connection.execute("SELECT generate_series(1, 1000000000)", until: $0)
    }
  }

  @Test func `Closing and cancelling wait for nobody, even many at once`() async throws {
    let server = try ThrowawayPostgres()
    var connections: [Connection] = []
    for _ in 0..<10 { connections.append(try await Connection.connect(server.url)) }
    server.freeze()
    let start = ContinuousClock.now
    for connection in connections {
      _ = try? await connection.execute("SELECT 1", until: .now + .milliseconds(10))
    }
    connections = []
    #expect(start.duration(to: .now) < tolerance)
  }

  @Test func `With no time left nothing is sent, and the connection stays`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let error = await #expect(throws: PostgresError.self) {
      try await connection.execute("CREATE TEMPORARY TABLE t ()", until: .now - .seconds(1))
    }
    #expect(error?.reason == .statementTimeout)
    try await connection.execute("CREATE TEMPORARY TABLE t ()")
  }

  @Test func `A deadline in the far future is none`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute("SELECT 1 AS value", until: .now + .seconds(1_000_000_000_000))
    #expect(try value(rows, as: Int.self) == 1)
  }
}
