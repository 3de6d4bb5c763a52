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
    try await withTaskExecutorPreference(ThreadExecutor()) {
      // Only what comes back from a suspension comes to the preferred executor; the first part of a test, and the
      // initializer of its suite, would block a shared thread.
      await Task.yield()
      try await function()
    }
  }
}

extension Trait where Self == OwnThread {
  /// Gives each test a thread of its own, which it may block.
  public static var ownThread: Self { OwnThread() }
}
