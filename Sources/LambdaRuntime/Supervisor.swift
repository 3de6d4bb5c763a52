import Glibc
import Logging
import Synchronization

/// Watches over all invocations from a thread of its own: cancels those whose time is up, gives up on handlers that do not
/// heed it, and lets those that are running come to their end when the process is told to end.
final class Supervisor: Sendable {
  private let state: Mutex<SupervisorState>
  private let alarm: Alarm

  /// The time that the process took to be ready.
  private let initialization: Duration
  private let isWarm = Atomic(false)

  init(workers: Int, initialization: Duration, alarm: Alarm) {
    self.initialization = initialization
    self.alarm = alarm
    state = Mutex(SupervisorState(workers: workers))
  }

  // MARK: The workers' side

  /// The time that the process took to be ready, for its first invocation.
  func takeInitialization() -> Duration? {
    isWarm.exchange(true, ordering: .relaxed) ? nil : initialization
  }

  /// Notes that a worker handles an invocation from now on; false where the process is over, and it must not.
  func begin(_ report: InvocationReport, of worker: Int, _ task: Task<Void, Never>) -> Bool {
    let isSooner = state.withLock { $0.begin(report, of: worker, task) }
    if isSooner == true { alarm.ring() }
    return isSooner != nil
  }

  /// Notes that a worker's handler is done, so that its deadline does not matter any more, and says whether it was in time.
  func finish(of worker: Int) -> SupervisorState.Verdict {
    state.withLock { $0.finish(of: worker) }
  }

  /// Notes that a worker has begun to answer, or has answered, and that its handler goes on all the same.
  func goOn(of worker: Int, _ response: SupervisorState.ResponseState) {
    if state.withLock({ $0.goOn(of: worker, response) }) { alarm.ring() }
  }

  /// Notes that a worker is done with an invocation; false where it is not to go on to the next.
  func end(of worker: Int) -> Bool {
    let (goesOn, isAwaited) = state.withLock { $0.end(of: worker) }
    if isAwaited { alarm.ring() }
    return goesOn
  }

  // MARK: The process's side

  /// Why it is over.
  enum End: Equatable {
    /// It was told to end.
    case shutDown
    /// No worker is left.
    case workersGone
    /// A handler would not stop, and nobody can take its thread from it.
    case stuck
  }

  /// A number for one more worker, in the place of one that was given up; nil where there is to be none.
  func addWorker() -> Int? {
    state.withLock { $0.addWorker() }
  }

  /// A worker has ended; those that are left go on.
  func workerEnded(_ worker: Int) {
    state.withLock { $0.workerEnded(worker) }
    alarm.ring()
  }

  /// Watches, on the calling thread, until the process is over. Where it is because a handler is stuck, those that run
  /// beside it come to their end first, just as when it was told to end.
  ///
  /// - Parameters:
  ///   - interrupt: Makes workers return that wait for an event.
  ///   - giveUp: Answers an invocation in its worker's place, and starts another worker there; false where that is not possible.
  /// - Returns: Why it is over.
  func run(interrupt: () -> Void, giveUp: (SupervisorState.Stuck) -> Bool) -> End {
    var isStuck = false
    while true {
      if alarm.isTerminating, state.withLock({ $0.terminate(at: .now) }) { interrupt() }
      let due = state.withLock { $0.due(at: .now) }
      for task in due.cancelled { cancel(task) }
      for stuck in due.stuck where !giveUp(stuck) { isStuck = true }
      if isStuck, state.withLock({ $0.terminate(at: .now) }) { interrupt() }
      let (end, next) = state.withLock { ($0.end(at: .now), $0.nextDue) }
      if let end { return isStuck ? .stuck : end }
      alarm.wait(until: next)
    }
  }

  /// On a thread of its own, because the handler's cancellation handlers run there, and one may wait for what the handler holds.
  private func cancel(_ task: Task<Void, Never>) {
    if !DetachedThread.start({ task.cancel() }) { task.cancel() }
  }
}

/// Which worker handles what, and until when: a value, changed under the supervisor's lock.
struct SupervisorState {
  /// Whether a handler was done in time.
  enum Verdict: Equatable {
    case inTime
    /// It was cancelled, because its time was up.
    case cancelled
    /// Somebody else has answered in its place.
    case abandoned
  }

  /// A handler that did not heed its cancellation.
  struct Stuck {
    let worker: Int
    let report: InvocationReport
    let response: ResponseState
  }

  /// What whoever invoked has had.
  enum ResponseState {
    /// Nothing yet.
    case owed
    /// Some of a stream.
    case begun
    case sent
  }

  private enum Stage { case running, cancelled, abandoned }

  private struct Watch {
    let report: InvocationReport
    let task: Task<Void, Never>
    var stage = Stage.running
    /// Whether the handler still runs; what is sent afterwards has limits of its own.
    var isWatched = true
    var response = ResponseState.owed
    /// When the handler is cancelled, and when it is given up; nil where Lambda has set no deadline.
    let limits: (cancel: Duration, giveUp: Duration)?

    var due: Duration? {
      guard isWatched, let limits else { return nil }
      return switch stage {
      case .running: limits.cancel
      case .cancelled: limits.giveUp
      case .abandoned: nil
      }
    }
  }

  /// What times are counted from in here: the compiler knows the size of a duration, but not that of a clock's instant,
  /// and copies the latter, with all that holds it, by way of its metadata.
  private let start = ContinuousClock.now
  /// Of each worker, by its number; nil where it handles nothing.
  private var watches: [Watch?]
  /// How many there are to be.
  private let limit: Int
  /// How many there are that are not stuck.
  private var workers: Int
  /// The numbers of those that were given up and still have their threads.
  private var stuck: Set<Int> = []
  /// The numbers of those that have ended.
  private var free: [Int] = []
  /// Until when those are waited for that ask for an event when the process is told to end: one may be on its way.
  private var idleLimit: Duration?
  private var isTerminating: Bool { idleLimit != nil }
  private var isOver = false
  /// When the supervisor looks again if nobody rings.
  private var wakesAt: Duration?

  init(workers: Int) {
    limit = workers
    self.workers = workers
    watches = Array(repeating: nil, count: workers)
  }

  /// A number for one more worker, in the place of one that was given up; nil where as many are stuck now as there are to
  /// be, or no more events are asked for.
  mutating func addWorker() -> Int? {
    guard stuck.count < limit, !isTerminating else { return nil }
    workers += 1
    if let number = free.popLast() { return number }
    watches.append(nil)
    return watches.count - 1
  }

  /// - Returns: Whether the supervisor has to be woken, because it sleeps for too long; nil where the process is over.
  mutating func begin(_ report: InvocationReport, of worker: Int, _ task: Task<Void, Never>) -> Bool? {
    guard !isOver else { return nil }
    let limits = limits(of: report.context)
    watches[worker] = Watch(report: report, task: task, limits: limits)
    return isSooner(limits?.cancel)
  }

  mutating func finish(of worker: Int) -> Verdict {
    guard let stage = watches[worker]?.stage else { return .abandoned }
    watches[worker]?.isWatched = false
    return switch stage {
    case .running: .inTime
    case .cancelled: .cancelled
    case .abandoned: .abandoned
    }
  }

  mutating func goOn(of worker: Int, _ response: ResponseState) -> Bool {
    watches[worker]?.isWatched = true
    watches[worker]?.response = response
    return isSooner(watches[worker]?.due)
  }

  mutating func end(of worker: Int) -> (goesOn: Bool, isAwaited: Bool) {
    let isAbandoned = watches[worker]?.stage == .abandoned
    watches[worker] = nil
    return (!isTerminating && !isAbandoned, isTerminating)
  }

  mutating func workerEnded(_ worker: Int) {
    if stuck.remove(worker) == nil { workers -= 1 }
    free.append(worker)
  }

  /// - Returns: Whether that is news.
  mutating func terminate(at now: ContinuousClock.Instant) -> Bool {
    guard idleLimit == nil else { return false }
    idleLimit = start.duration(to: now) + .milliseconds(100)
    return true
  }

  /// Why the process is over; nil while it is not. Once it is, no invocation begins.
  mutating func end(at now: ContinuousClock.Instant) -> Supervisor.End? {
    guard let idleLimit else { return workers <= 0 ? .workersGone : nil }
    guard workers <= 0 || !isRunning && idleLimit <= start.duration(to: now) else { return nil }
    isOver = true
    return .shutDown
  }

  /// Whether there is an invocation to wait for.
  private var isRunning: Bool {
    !watches.allSatisfy { $0 == nil || $0?.stage == .abandoned }
  }

  /// Those whose time is up now.
  mutating func due(at now: ContinuousClock.Instant) -> (cancelled: [Task<Void, Never>], stuck: [Stuck]) {
    let now = start.duration(to: now)
    var (cancelled, stuck): ([Task<Void, Never>], [Stuck]) = ([], [])
    for (worker, watch) in watches.enumerated() {
      guard let watch, let due = watch.due, due <= now else { continue }
      if watch.stage == .running {
        watches[worker]?.stage = .cancelled
        cancelled.append(watch.task)
      } else {
        watches[worker]?.stage = .abandoned
        stuck.append(Stuck(worker: worker, report: watch.report, response: watch.response))
        self.stuck.insert(worker)
        workers -= 1
      }
    }
    return (cancelled, stuck)
  }

  /// When somebody's time is up next; noted as the time at which the supervisor looks again.
  var nextDue: ContinuousClock.Instant? {
    mutating get {
      wakesAt = watches.compactMap { $0?.due }.min()
      if let idleLimit, !isRunning { wakesAt = wakesAt.map { min($0, idleLimit) } ?? idleLimit }
      return wakesAt.map { start + $0 }
    }
  }

  private func isSooner(_ due: Duration?) -> Bool {
    guard let due else { return false }
    return wakesAt.map { due < $0 } ?? true
  }

  /// A handler is cancelled half a second before the deadline, or a fifth of its time if that is less, so that an error
  /// can still be sent; and given up after half of that. Where the deadline has passed before the event came, as it seems
  /// if the clocks differ, there are no limits: Lambda knows better.
  private func limits(of context: InvocationContext) -> (cancel: Duration, giveUp: Duration)? {
    guard let time = context.time, time > .zero else { return nil }
    let deadline = start.duration(to: context.receivedAt) + time
    // To divide a duration takes longer than all the rest.
    if time >= .milliseconds(2_500) { return (deadline - .milliseconds(500), deadline - .milliseconds(250)) }
    return (deadline - time / 5, deadline - time / 10)
  }
}
