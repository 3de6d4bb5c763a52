import Dispatch

/// A thread that tasks run on, one at a time, as the runtime's workers do: calls that block it keep nobody else waiting.
public final class ThreadExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "ThreadExecutor")

  /// Makes an executor; its thread starts with its first job.
  public init() {}

  /// Runs a job after those that came before.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
