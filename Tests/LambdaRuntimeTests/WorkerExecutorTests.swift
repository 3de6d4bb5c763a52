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

  @Test func whatIsAwaitedComesBackToTheWorkersThread() async {
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

  @Test func aResultThatComesFromAnotherThreadIsWaitedFor() async {
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

  @Test func manyTasksFromManyThreadsAllRun() async {
    let sum = await onWorker {
      await withTaskGroup(of: Int.self) { group in
        for number in 1...1_000 {
          group.addTask {
            await Task.yield()
            return number
          }
        }
        return await group.reduce(0, +)
      }
    }
    #expect(sum == 500_500)
  }
}
