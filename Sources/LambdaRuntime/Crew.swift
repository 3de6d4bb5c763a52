import Logging
import Synchronization

/// The workers of a runtime, each on a thread of its own.
final class Crew: Sendable {
  private struct State {
    var workers: [Int: Worker] = [:]
    var failures: [ExitReason] = []
    /// How many have been given up, and may still have their threads.
    var stuckCount = 0
    var isInterrupted = false
  }

  private let runtime: Runtime
  private let supervisor: Supervisor
  private let state = Mutex(State())

  init(_ runtime: Runtime, _ supervisor: Supervisor) {
    self.runtime = runtime
    self.supervisor = supervisor
  }

  /// Why the last worker that failed did.
  var lastFailure: ExitReason? { state.withLock { $0.failures.last } }

  /// Starts a worker.
  func start(_ number: Int) {
    let isStarted = DetachedThread.start { [self] in
      CrashReporter.prepareThread()
      do throws(ExitReason) {
        let worker = try makeWorker(number)
        let failure = worker.run()
        // Its connection is closed before anybody is told.
        state.withLock { $0.workers[number] = nil }
        ended(failure)
      } catch {
        ended(error)
      }
    }
    if !isStarted { ended(.noThread) }
  }

  private func makeWorker(_ number: Int) throws(ExitReason) -> Worker {
    do throws(TransportError) {
      let worker = try Worker(number, of: runtime, supervisor)
      let isInterrupted = state.withLock {
        $0.workers[number] = worker
        return $0.isInterrupted
      }
      if isInterrupted { worker.interrupt() }
      return worker
    } catch {
      throw .transport(error, of: .next)
    }
  }

  private func ended(_ failure: ExitReason?) {
    if let failure {
      state.withLock { $0.failures.append(failure) }
      if runtime.isConcurrent { runtime.logger.error("a worker has ended, others go on: \(failure)") }
    }
    supervisor.workerEnded()
  }

  /// Makes workers return that wait for an event.
  func interrupt() {
    let workers = state.withLock {
      $0.isInterrupted = true
      return Array($0.workers.values)
    }
    for worker in workers { worker.interrupt() }
  }

  /// Waits until those have ended that were interrupted, but not for those that are stuck.
  func wait(for alarm: Alarm) {
    let limit = ContinuousClock.now + .milliseconds(100)
    while !state.withLock({ $0.workers.isEmpty }), .now < limit { alarm.wait(until: limit) }
  }

  /// Answers an invocation whose handler is stuck, and puts another worker in the place of its own.
  ///
  /// - Returns: Whether that is possible: a thread cannot be taken from whoever has it, so on demand, where there is but one
  ///   worker, the process has to end, and on Managed Instances it has to once as many are stuck as there are to be.
  func replace(_ stuck: SupervisorState.Stuck) -> Bool {
    let logger = stuck.context.logger
    let report = ErrorReport.deadlineExceeded
    logger.error(
      stuck.isUnanswered
        ? "The handler was not done in time, and does not stop."
        : "The response was sent, but the handler was not done in time, and does not stop.",
      metadata: [LambdaLogHandler.errorTypeKey: .string(report.type.rawValue)])
    if stuck.isUnanswered {
      do {
        var client = try RuntimeClient(endpoint: runtime.endpoint, logger: runtime.logger)
        try client.send(report, of: stuck.context)
      } catch {
        logger.error("\(error)")
      }
    }
    let stuckCount = state.withLock {
      $0.stuckCount += 1
      return $0.stuckCount
    }
    guard runtime.isConcurrent, stuckCount < runtime.workers else { return false }
    start(supervisor.addWorker())
    return true
  }
}
