import Foundation
public import Testing

/// Gives each test a thread of its own.
///
/// The library under test blocks, and so do the tests' own helpers; on Swift's few shared threads that would hold up every other test, and what these measure.
public struct OwnThread: SuiteTrait, TestTrait, TestScoping {
  /// Whether the trait of a suite is that of each of its tests: yes.
  public var isRecursive: Bool { true }

  /// Runs one test.
  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    let executor = ThreadExecutor()
    defer { executor.stop() }
    try await withTaskExecutorPreference(executor) { try await function() }
  }
}

extension Trait where Self == OwnThread {
  /// Gives each test a thread of its own, which it may block.
  public static var ownThread: Self { OwnThread() }
}

/// A thread that runs the jobs of the tasks that prefer it, in order.
private final class ThreadExecutor: TaskExecutor, @unchecked Sendable {
  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []
  private var isStopped = false

  init() {
    Thread.detachNewThread { self.run() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.withLock {
      jobs.append(job)
      condition.signal()
    }
  }

  /// Lets the thread end when it has nothing left to run.
  func stop() {
    condition.withLock {
      isStopped = true
      condition.signal()
    }
  }

  private func run() {
    while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func next() -> UnownedJob? {
    condition.lock()
    defer { condition.unlock() }
    while jobs.isEmpty && !isStopped { condition.wait() }
    return jobs.isEmpty ? nil : jobs.removeFirst()
  }
}
