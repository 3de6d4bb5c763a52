import Logging
import Synchronization

/// The workers of a runtime, each on a thread of its own.
final class WorkerPool: Sendable {
  private struct State {
    var workers: [Int: Worker] = [:]
    var lastFailure: ExitReason?
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
  var lastFailure: ExitReason? { state.withLock { $0.lastFailure } }

  /// Starts a worker.
  func start(_ number: Int) {
    let isStarted = DetachedThread.start { [self] in
      CrashReporter.prepareThread()
      do throws(ExitReason) {
        let worker = try makeWorker(number)
        let failure = worker.run()
        // Its connection is closed before anybody is told.
        state.withLock { $0.workers[number] = nil }
        ended(number, failure)
      } catch {
        ended(number, error)
      }
    }
    if !isStarted { ended(number, .noThread) }
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

  private func ended(_ number: Int, _ failure: ExitReason?) {
    if let failure {
      state.withLock { $0.lastFailure = failure }
      if runtime.isConcurrent { runtime.logger.error("a worker has ended, others go on: \(failure)") }
    }
    supervisor.workerEnded(number)
  }

  /// Makes workers return that wait for an event.
  func interrupt() {
    let workers = state.withLock {
      $0.isInterrupted = true
      return Array($0.workers.values)
    }
    for worker in workers { worker.interrupt() }
  }

  /// Answers an invocation whose handler is stuck, and puts another worker in the place of its own.
  ///
  /// - Returns: Whether that is possible: a thread cannot be taken from whoever has it, so on demand, where there is but one
  ///   worker, the process has to end, and on Managed Instances it has to once as many are stuck as there are to be.
  func replace(_ stuck: SupervisorState.Stuck) -> Bool {
    let context = stuck.report.context
    var report = stuck.report
    report.handler = .now - context.receivedAt
    if stuck.response != .sent { report.errorType = ErrorReport.deadlineExceeded.type }
    context.logger.error(
      stuck.response == .sent
        ? "The response was sent, but the handler was not done in time, and does not stop."
        : "The handler was not done in time, and does not stop.",
      metadata: [LambdaLogHandler.errorTypeKey: .string(ErrorReport.deadlineExceeded.type.rawValue)])
    let worker = state.withLock { $0.workers.removeValue(forKey: stuck.worker) }
    switch stuck.response {
    case .owed: report.sending = answer(context)
    // An error cannot be put behind it from here, so whoever reads sees it break off.
    case .begun: worker?.disconnect()
    case .sent: break
    }
    tellObservers(report)
    guard runtime.isConcurrent, let number = supervisor.addWorker() else { return false }
    start(number)
    return true
  }

  /// Says in a stuck worker's place that time was up.
  ///
  /// - Returns: How long that took.
  private func answer(_ context: InvocationContext) -> Duration {
    ContinuousClock().measure {
      do {
        // Others wait for the supervisor meanwhile.
        let client = try RuntimeClient(endpoint: runtime.endpoint, logger: runtime.logger, postMilliseconds: 1_000)
        try client.send(.deadlineExceeded, of: context)
      } catch {
        context.logger.error("\(error)")
      }
    }
  }

  /// The stuck handler may hold what an observer needs, so it is not waited for without a limit.
  private func tellObservers(_ report: InvocationReport) {
    guard !runtime.observers.isEmpty else { return }
    let isDone = DetachedThread.run(within: .milliseconds(100)) { [observers = runtime.observers] in
      for observer in observers { observer.invocationEnded(report) }
    }
    if !isDone { report.context.logger.warning("The observers did not take note of that in time.") }
  }
}
