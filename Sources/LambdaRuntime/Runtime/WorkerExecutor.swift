import Synchronization

/// A worker's thread as a task executor: what a handler awaits comes back to the thread that it began on.
///
/// A handler that never suspends is one job from its first event to its last: nothing is enqueued on the fast path.
final class WorkerExecutor: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let ready = Semaphore()

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    ready.signal()
  }

  /// Runs `operation` and what it awaits on the calling thread, which is its worker from now on.
  ///
  /// - Returns: What the operation returned, as soon as it did.
  func run<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) -> Value {
    let result = Result<Value>()
    Task(executorPreference: self) {
      let value = await operation()
      result.value.withLock { $0 = value }
    }
    while true {
      runNextJob()
      if let value = result.value.withLock({ $0 }) { return value }
    }
  }

  /// Waits for a job and runs it.
  private func runNextJob() {
    ready.wait()
    // The lock is not held while the job runs: it may enqueue others.
    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    job?.runSynchronously(on: asUnownedTaskExecutor())
  }

  private final class Result<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }
}
