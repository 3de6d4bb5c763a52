import Glibc
import Synchronization
import Testing

@testable import LambdaRuntime

@Suite struct WorkerExecutorTests {
  /// Runs on a thread of its own, as a worker does: a test's thread belongs to the test library.
  private func onWorker<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      onThread { continuation.resume(returning: WorkerExecutor().run(operation)) }
    }
  }

  @Test func `What is awaited comes back to the worker's thread`() async {
    actor Elsewhere { func work() {} }
    let threads = await onWorker {
      var threads = [pthread_self()]
      try? await Task.sleep(for: .milliseconds(1))
      threads.append(pthread_self())
      await Elsewhere().work()
      threads.append(pthread_self())
      await withTaskGroup(of: pthread_t.self) { group in
        for _ in 0..<10 { group.addTask { pthread_self() } }
        for await thread in group { threads.append(thread) }
      }
      return threads
    }
    #expect(threads.count == 13)
    #expect(Set(threads).count == 1)
  }

  @Test func `A result that comes from another thread is waited for`() async {
    let value = await onWorker {
      await withCheckedContinuation { continuation in
        onThread {
          usleep(10_000)
          continuation.resume(returning: 42)
        }
      }
    }
    #expect(value == 42)
  }

  @Test func `Many tasks from many threads all run on the worker's own`() async {
    let (threads, tasksPerThread) = (8, 2_000)
    let tally = Tally()
    let worker: pthread_t = await withCheckedContinuation { continuation in
      onThread {
        let executor = WorkerExecutor()
        let worker = executor.run {
          for _ in 0..<threads {
            onThread {
              tally.waitForOthers(threads)
              // Each is enqueued by this thread, while others do the same and the worker takes jobs out.
              for _ in 0..<tasksPerThread { Task(executorPreference: executor) { tally.note(pthread_self()) } }
            }
          }
          // A job that is lost never comes, so it is not waited for without a limit.
          let deadline = ContinuousClock.now + .seconds(20)
          while tally.count < threads * tasksPerThread, .now < deadline { try? await Task.sleep(for: .milliseconds(1)) }
          return pthread_self()
        }
        continuation.resume(returning: worker)
      }
    }
    #expect(tally.count == threads * tasksPerThread)
    #expect(tally.threads == [worker])
  }

  /// Where the tasks of several threads have run.
  private final class Tally: Sendable {
    private let state = Mutex((started: 0, count: 0, threads: Set<pthread_t>()))

    var count: Int { state.withLock { $0.count } }
    var threads: Set<pthread_t> { state.withLock { $0.threads } }

    func note(_ thread: pthread_t) {
      state.withLock {
        $0.count += 1
        $0.threads.insert(thread)
      }
    }

    /// Blocks until so many threads are here, so that none is done before another begins.
    func waitForOthers(_ count: Int) {
      state.withLock { $0.started += 1 }
      while state.withLock({ $0.started }) < count { sched_yield() }
    }
  }
}
