import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite(.ownThread) struct CancellationTests {
  /// Runs a body, on a thread of its own, in a task that is cancelled once the body has begun to wait; expects that it
  /// ends soon after that.
  private func expectCancelled(
    once waits: () throws -> Bool, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let task = Task(executorPreference: ThreadExecutor()) { try await body() }
    defer { task.cancel() }
    try await waitUntil(waits)
    let cancellation = ContinuousClock.now
    task.cancel()
    let error = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(cancellation.duration(to: .now) < tolerance)
    #expect(error?.reason == .cancelled)
  }

  /// Whether a session of a database is at something.
  private func isActive(_ activity: String, in url: String) async throws -> () throws -> Bool {
    let server = try await ThrowawayPostgres.shared
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return { try server.psql("SELECT count(*) \(others) AND \(activity)", url: url) == "1" }
  }

  @Test func `A statement ends when its task is cancelled`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let pool = try Pool(url: url)
    try await expectCancelled(once: isActive("wait_event = 'PgSleep'", in: url)) {
      try await pool.execute("SELECT pg_sleep(60)")
    }
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `An answer that goes on and on ends when its task is cancelled`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let connecting = try ConnectionConfiguration(url)
    try await expectCancelled(once: isActive("state = 'active' AND query LIKE '%generate_series%'", in: url)) {
      let connection = try await Connection.connect(connecting, until: ampleTime)
      try await connection.execute("SELECT generate_series(1, 1000000000)")
    }
  }

  @Test func `Connecting ends when its task is cancelled`() async throws {
    let listener = try SilentListener()
    let url = "postgresql://127.0.0.1:\(listener.port)/db"
    try await expectCancelled(once: { try TCPConnections.areEstablished(ofPort: listener.port) }) {
      _ = try await Connection.connect(url)
    }
  }

  @Test func `Waiting for a lease ends when its task is cancelled`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.transaction { _ in
      try await expectCancelled(once: { pool.statistics.waiting == 1 }) { try await pool.execute("SELECT 1") }
    }
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A task that is cancelled already sends nothing, and loses no connection`() async throws {
    let pool = try await Pool(url: sharedURL)
    let pid = try value(await pool.execute("SELECT pg_backend_pid() AS value"), as: Int.self)
    let error = await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
    }.value
    #expect(error?.reason == .cancelled)
    #expect(try value(await pool.execute("SELECT pg_backend_pid() AS value"), as: Int.self) == pid)
  }
}
