import Glibc
import Synchronization

/// Threads for jobs that block: at most so many, made when there is work, ended when there was none for a while.
final class BlockingThreads: TaskExecutor {
  private let queue: JobQueue
  /// Runs something on a new thread; false if none can be made.
  private let start: @Sendable (@escaping @Sendable () -> Void) -> Bool

  init(limit: Int, start: @escaping @Sendable (@escaping @Sendable () -> Void) -> Bool = DetachedThread.start) {
    queue = JobQueue(limit: limit)
    self.start = start
  }

  func enqueue(_ job: consuming ExecutorJob) {
    // The caller owns no reference, and once the job is there a thread may do it, and the pool be released.
    let executor = Unmanaged.passRetained(self)
    defer { executor.release() }
    let job = UnownedJob(job)
    guard queue.add(job) else { return }
    let isStarted = start { [queue, executor = asUnownedTaskExecutor()] in
      while let job = queue.next() { job.runSynchronously(on: executor) }
    }
    guard !isStarted else { return }
    queue.noteMissingThread()
    // Without any thread the jobs are run here: that blocks somebody, but none is lost.
    while let job = queue.nextWithoutThread() { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}

/// Jobs that wait, and how many threads there are for them.
private final class JobQueue: Sendable {
  private struct State {
    var jobs: [UnownedJob] = []
    var threads = 0
    var idle = 0
  }

  private let limit: Int
  private let state = Mutex(State())
  private let signal = Semaphore()

  /// How long a thread waits for work.
  private static let patience = Duration.seconds(10)

  init(limit: Int) {
    self.limit = limit
  }

  /// Adds a job; true if it needs a thread.
  func add(_ job: UnownedJob) -> Bool {
    let needsThread = state.withLock { state in
      state.jobs.append(job)
      guard state.idle < state.jobs.count, state.threads < limit else { return false }
      state.threads += 1
      return true
    }
    signal.post()
    return needsThread
  }

  /// Waits for the next job; nil if there was none for a while, and the thread is to end.
  func next() -> UnownedJob? {
    state.withLock { $0.idle += 1 }
    while true {
      let isSignalled = signal.wait(for: Self.patience)
      let (job, isOver) = state.withLock { state in
        guard state.jobs.isEmpty else {
          state.idle -= 1
          return (state.jobs.removeFirst() as UnownedJob?, false)
        }
        guard !isSignalled else { return (nil, false) }
        state.idle -= 1
        state.threads -= 1
        return (nil, true)
      }
      if isOver || job != nil { return job }
    }
  }

  /// A thread could not be made.
  func noteMissingThread() {
    state.withLock { $0.threads -= 1 }
  }

  /// The next job, if there is no thread that will come for it.
  func nextWithoutThread() -> UnownedJob? {
    state.withLock { state in
      state.threads == 0 && !state.jobs.isEmpty ? state.jobs.removeFirst() : nil
    }
  }
}

/// Owns a [semaphore](https://man7.org/linux/man-pages/man7/sem_overview.7.html).
private final class Semaphore: @unchecked Sendable {
  private let pointer = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() {
    sem_init(pointer, 0, 0)
  }

  deinit {
    sem_destroy(pointer)
    pointer.deallocate()
  }

  func post() {
    sem_post(pointer)
  }

  /// False if nobody has posted in that time.
  func wait(for duration: Duration) -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    end.tv_sec += Int(duration.components.seconds)
    while sem_timedwait(pointer, &end) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }
}
