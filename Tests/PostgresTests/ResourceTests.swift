import Foundation
import TestSupport
import Testing

@testable import Postgres

/// What is opened is closed. Counted in a process of its own, where nothing else opens or closes anything.
@Suite(.ownThread) struct ResourceTests {
  @Test func `Failed connections leave neither descriptors nor threads behind`() async {
    await #expect(processExitsWith: .success) {
      let listener = try SilentListener()
      let refused = try SilentListener().port
      let rejecting = try LoopbackServer(reply: "")
      var configuration = try ConnectionConfiguration("host=db.example port=\(refused) sslmode=prefer")
      configuration.resolver = Resolver { _ in .success(["127.0.0.1"]) }
      let configurations = [
        configuration, try ConnectionConfiguration("host=127.0.0.1 port=\(listener.port)"),
        try ConnectionConfiguration("host=127.0.0.1 port=\(rejecting.port)"),
      ]
      func failToConnect() async {
        for configuration in configurations {
          await #expect(throws: PostgresError.self) {
            try await Connection.connect(configuration, until: .now + .milliseconds(5))
          }
        }
      }
      await failToConnect()
      let before = Resources()
      for _ in 0..<200 { await failToConnect() }
      await before.expectNoMore()
    }
  }

  @Test func `Connections that are lost or given up leave nothing behind either`() async throws {
    await #expect(processExitsWith: .success) {
      let server = try ThrowawayPostgres()
      let pool = try Pool(url: server.url, limit: 2)
      func use() async {
        _ = try? await pool.execute("SELECT pg_sleep(1)", until: .now + .milliseconds(1))
        _ = try? await pool.execute("SELECT pg_terminate_backend(pg_backend_pid())", until: ampleTime)
        _ = try? await pool.execute("SELECT 1", until: ampleTime)
      }
      await use()
      let before = Resources()
      for _ in 0..<50 { await use() }
      await before.expectNoMore()
    }
  }
}

/// What a process holds.
private struct Resources {
  let descriptors = count("/proc/self/fd")
  let threads = count("/proc/self/task")

  /// Expects hardly more than there was, once threads have had the time to end. What loops of 50 and 200 leave behind
  /// could not be overlooked; a few timers and threads are those of Dispatch.
  func expectNoMore() async {
    let few = 10
    for _ in 0..<500 where Resources().descriptors > descriptors + few || Resources().threads > threads + few {
      try? await Task.sleep(for: .milliseconds(10))
    }
    let now = Resources()
    #expect(now.descriptors <= descriptors + few)
    #expect(now.threads <= threads + few)
  }

  private static func count(_ folder: String) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
  }
}
