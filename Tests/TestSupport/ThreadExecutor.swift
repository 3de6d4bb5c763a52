import Dispatch
import Synchronization

/// A thread that tasks run on, one at a time, as the runtime's workers do: calls that block it keep nobody else waiting.
public final class ThreadExecutor: TaskExecutor {
  /// How many jobs were given to it: one for each task, and one each time that a task comes back from elsewhere.
  public var jobCount: Int { jobs.load(ordering: .relaxed) }
  private let jobs = Atomic(0)
  private let queue = DispatchQueue(label: "ThreadExecutor")

  /// Makes an executor; its thread starts with its first job.
  public init() {}

  /// Runs a job after those that came before.
  public func enqueue(_ job: consuming ExecutorJob) {
    jobs.add(1, ordering: .relaxed)
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
