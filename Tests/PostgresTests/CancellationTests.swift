import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite(.ownThread) struct CancellationTests {
  /// Runs a body, on a thread of its own, in a task that is cancelled a moment later.
  private func cancelling(_ body: @escaping @Sendable () async throws -> Void) async -> PostgresError? {
    let task = Task(executorPreference: ThreadExecutor()) {
      let start = ContinuousClock.now
      defer { #expect(start.duration(to: .now) < .seconds(15)) }
      return try await body()
    }
    Thread.detachNewThread {
      usleep(200_000)
      task.cancel()
    }
    return await #expect(throws: PostgresError.self) { try await task.value }
  }

  @Test func `A statement`() async throws {
    let url = try await sharedURL
    let pool = try Pool(url: url)
    #expect(await cancelling { try await pool.execute("SELECT pg_sleep(60)") }?.reason == .cancelled)
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `An answer that goes on and on`() async throws {
    let connecting = try await ConnectionConfiguration(sharedURL)
    let error = await cancelling {
      let connection = try await Connection.connect(connecting, until: ampleTime)
      try await connection.execute("SELECT generate_series(1, 1000000000)")
    }
    #expect(error?.reason == .cancelled)
  }

  @Test func `Connecting`() async throws {
    let listener = try SilentListener()
    let url = "postgresql://127.0.0.1:\(listener.port)/db"
    #expect(await cancelling { _ = try await Connection.connect(url) }?.reason == .cancelled)
  }

  @Test func `Waiting for a lease`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.transaction { _ in
      #expect(await cancelling { try await pool.execute("SELECT 1") }?.reason == .cancelled)
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
