import Glibc
import Logging

/// A handler, and the workers that ask Lambda for events for it.
///
/// ``Lambda/run(environment:usage:makeHandler:)`` makes one out of the environment. Source of what it does:
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
struct Runtime: Sendable {
  /// The Runtime API's `host:port`.
  var endpoint: String
  var handler: any Handler
  var logger: Logger
  var observers: [any RuntimeObserver] = []
  /// How many invocations there may be at once: more than one on Managed Instances.
  var workers = 1
  /// Whether the process goes on where a handler is stuck, and others are not: on Managed Instances.
  var isConcurrent = false
  /// Whether each invocation's trace is put into the process's environment: only where no other worker does so.
  var exportsTrace = true
  /// The most bytes of a stream.
  var maximumStreamLength = Response.maximumStreamLength
  /// How long the process took until here.
  var initialization: Duration = .zero

  /// Why a runtime is over.
  enum End: Equatable {
    /// It was told to end, and no invocation is running.
    case shutDown
    /// The Runtime API is of no use any more.
    case failed(ExitReason)
    /// A handler did not heed its deadline, and has the thread.
    case stuck
  }

  /// Handles events until that is over, and watches on the calling thread meanwhile.
  func run(alarm: Alarm) -> End {
    let supervisor = Supervisor(workers: workers, initialization: initialization, alarm: alarm)
    let pool = WorkerPool(self, supervisor)
    logger.debug("asking for events", metadata: ["workers": "\(workers)"])
    for number in 0..<workers { pool.start(number) }
    let end = supervisor.run(interrupt: pool.interrupt, giveUp: pool.replace)
    switch end {
    case .shutDown: return .shutDown
    case .stuck: return .stuck
    case .workersGone: return .failed(pool.lastFailure ?? .noThread)
    }
  }
}
