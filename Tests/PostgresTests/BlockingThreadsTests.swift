import Foundation
import Testing

@testable import Postgres

/// The threads of a pool.
@Suite struct BlockingThreadsTests {
  @Test func `Jobs that no thread can be made for are run all the same`() async throws {
    let attempts = Shared(0)
    let executor = BlockingThreads(limit: 4) { _ in
      attempts.withLock { $0 += 1 }
      // Both are brought before either is known to have no thread.
      let end = ampleTime
      while attempts.withLock({ $0 }) < 2, .now < end { usleep(1_000) }
      return false
    }
    let done = Shared(0)
    for _ in 0..<2 {
      Thread.detachNewThread {
        Task(executorPreference: executor) { done.withLock { $0 += 1 } }
      }
    }
    try await waitUntil { done.withLock { $0 } == 2 }
  }
}
