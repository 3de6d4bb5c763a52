import Glibc
import Synchronization

/// A worker's thread as a task executor: what a handler awaits comes back to the thread that it began on.
final class WorkerExecutor: TaskExecutor, @unchecked Sendable {
  private let jobs = Mutex<[UnownedJob]>([])
  private let ready = Semaphore()
  /// What the thread waits in while it has no job, if not for the next one; only the thread itself sets and reads it.
  private var wait: (() -> Void)?
  /// Ends that waiting.
  private let wake = Mutex<(@Sendable () -> Void)?>(nil)
  private let waitsElsewhere = Atomic(false)

  func enqueue(_ job: consuming ExecutorJob) {
    // The caller owns no reference, and once the job is there its thread may do it, be done, and release the last one.
    let executor = Unmanaged.passRetained(self)
    defer { executor.release() }
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    ready.signal()
    if waitsElsewhere.load(ordering: .sequentiallyConsistent) { wake.withLock { $0 }?() }
  }

  /// Runs jobs on the calling thread, which is their worker from now on, until that is done which they are there for.
  func run(until isDone: () -> Bool) {
    while !isDone() {
      guard let wait else {
        ready.wait()
        runNextJob()
        continue
      }
      if ready.tryWait() { runNextJob() } else { wait() }
    }
  }

  /// Has the thread, on which this is called, wait in `wait` from now on where it has no job. `wake` has to end that from
  /// any thread, and if it comes first, the waiting after it.
  func wait(in wait: @escaping () -> Void, wokenBy wake: @escaping @Sendable () -> Void) {
    self.wait = wait
    self.wake.withLock { $0 = wake }
    waitsElsewhere.store(true, ordering: .sequentiallyConsistent)
  }

  /// Has the thread, on which this is called, wait for nothing but jobs again.
  func waitForJobs() {
    waitsElsewhere.store(false, ordering: .sequentiallyConsistent)
    wake.withLock { $0 = nil }
    wait = nil
  }

  /// Runs an operation and what it awaits on the calling thread.
  ///
  /// - Returns: What the operation returned, as soon as it did.
  func run<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) -> Value {
    // Only this thread sets and reads it.
    nonisolated(unsafe) var result: Value?
    Task(executorPreference: self) { result = await operation() }
    while true {
      ready.wait()
      runNextJob()
      if let result { return result }
    }
  }

  private func runNextJob() {
    // The lock is not held while the job runs: it may enqueue others.
    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    job?.runSynchronously(on: asUnownedTaskExecutor())
  }
}

/// A counting semaphore. Owns the C one and frees it. See <https://man7.org/linux/man-pages/man7/sem_overview.7.html>.
final class Semaphore: @unchecked Sendable {
  /// A sem_t must stay where it was made. Its functions may be called from any thread.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    semaphore.initialize(to: sem_t())
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() {
    sem_post(semaphore)
  }

  /// Waits until there has been one signal more than there have been waits.
  func wait() {
    while sem_wait(semaphore) != 0 {}
  }

  /// Whether there has been one signal more than there have been waits, which then counts as one.
  func tryWait() -> Bool {
    while sem_trywait(semaphore) != 0 {
      guard errno == EINTR else { return false }
    }
    return true
  }
}
