import Glibc
import LocalLambda
import Synchronization

/// What is to be done in each round, and how much of it.
struct BenchPlan: Sendable, Equatable {
  var runs = BenchRun.allCases
  var starts = 20
  var events = 2000
  var sparseEvents = 300
  /// For how long the function has nothing to do before each of the sparse events.
  var gap = Duration.milliseconds(3)
  var concurrency = 4
  /// Whether the concurrent events go to one process, as on Managed Instances, and not to one each.
  var isManaged = false
  var rounds = 1
  /// When nothing more is begun.
  var timeLimit = Duration.seconds(300)

  /// How many events come before those that count, in each process.
  func warmUp(_ run: BenchRun) -> Int {
    switch run {
    case .cold: 0
    case .sparse: 20
    case .warm, .concurrent: 100
    }
  }
}

/// Runs a function once, in one of the kinds of run.
struct BenchRunner: Sendable {
  let function: BenchedFunction
  let plan: BenchPlan
  let signUps: SignUps
  let tally: BenchTally
  let end: ContinuousClock.Instant
  /// Of all events: it is no more of a secret than a request id.
  private let traceID = InvocationRequest.randomTraceID()

  init(
    function: BenchedFunction, plan: BenchPlan, signUps: SignUps, tally: BenchTally, end: ContinuousClock.Instant
  ) {
    (self.function, self.plan, self.signUps, self.tally, self.end) = (function, plan, signUps, tally, end)
  }

  // MARK: Cold

  /// Starts the function as often as the plan says, each time for one event.
  func cold() async throws -> [BenchRound.Start] {
    var starts: [BenchRound.Start] = []
    for number in signUps.draw(plan.starts) {
      guard !Task.isCancelled, .now < end else { break }
      let signUp = signUps[number]
      let process = try await BenchProcess(function)
      let begin = ContinuousClock.now
      async let result = process.api.invoke(request(signUp))
      let failure = await process.environment.initialize()
      let answer = await result
      let usage = await process.environment.usage
      await process.end()
      tally.note(signUp, answer, timeout: function.timeout)
      guard failure == nil, case .response = answer else {
        explain(process)
        break
      }
      let calls = process.callTimes
      guard let handOut = calls.first(where: \.isHandOut),
        let response = calls.first(where: { $0.isAnswer(to: signUp.id) })
      else { continue }
      starts.append(
        BenchRound.Start(
          total: response.arrival - begin, initialization: handOut.arrival - begin,
          firstEvent: response.arrival - handOut.departure, cpuTime: usage?.cpuTime,
          peakResidentBytes: usage?.peakResidentBytes))
    }
    return starts
  }

  // MARK: Warm

  /// Gives events to processes that have had some before. Of those on demand each has the next event waiting when it asks
  /// for one, unless the run is sparse, so that it waits for nothing but the Runtime API.
  func load(_ run: BenchRun) async throws -> BenchRound.Load? {
    let isManaged = run == .concurrent && plan.isManaged
    var processes: [BenchProcess] = []
    for _ in 0..<(run == .concurrent && !isManaged ? plan.concurrency : 1) {
      processes.append(try await BenchProcess(function, workers: isManaged ? plan.concurrency : nil))
    }
    var load: BenchRound.Load?
    if await areUp(processes) {
      let lanes = run == .sparse ? 1 : isManaged ? plan.concurrency : 2
      let gap = run == .sparse ? plan.gap : nil
      await deliver(signUps.draw(plan.warmUp(run) * processes.count), to: processes, lanes: lanes, gap: nil)
      let before = await usage(of: processes)
      let own = Self.ownCPUTime()
      let count = run == .sparse ? plan.sparseEvents : plan.events
      let numbers = signUps.draw(count)
      await deliver(numbers, to: processes, lanes: lanes, gap: gap)
      let ids = Set(numbers.map(signUps.id(of:)))
      load = Self.load(of: ids, processes.map(\.callTimes), isPipelined: lanes == 2 && !isManaged)
      load?.ownCPUTime = Self.ownCPUTime() - own
      let after = await usage(of: processes)
      if let before, let after { load?.cpuTime = after.cpuTime - before.cpuTime }
      load?.residentBytes = after?.residentBytes
      load?.peakResidentBytes = after?.peakResidentBytes
    }
    for process in processes { await process.end() }
    return load
  }

  /// Starts all, and waits until they ask for an event.
  private func areUp(_ processes: [BenchProcess]) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      for process in processes {
        group.addTask {
          guard let failure = await process.environment.initialize() else { return true }
          guard !Task.isCancelled else { return false }
          tally.fail(failure.startFailure ?? "The function cannot start.")
          explain(process)
          return false
        }
      }
      return await group.reduce(true) { $0 && $1 }
    }
  }

  /// Gives the events of numbers to processes, each of which has as many at once, or waiting, as there are lanes, until
  /// there are no more of them, or a process is gone.
  private func deliver(_ numbers: Range<Int>, to processes: [BenchProcess], lanes: Int, gap: Duration?) async {
    let queue = EventQueue(numbers, of: signUps, end: end)
    await withDiscardingTaskGroup { watchers in
      for process in processes { watchers.addTask { await watch(process) } }
      await withDiscardingTaskGroup { group in
        for process in processes {
          for _ in 0..<lanes { group.addTask { await deliver(from: queue, to: process, gap: gap) } }
        }
      }
      watchers.cancelAll()
    }
  }

  /// Ends a process that does not ask for another event after an answer: an event that waits for it has no time of its own.
  private func watch(_ process: BenchProcess) async {
    let limit = function.timeout + .seconds(1)
    var before = process.callCount
    while (try? await Task.sleep(for: limit)) != nil {
      let isWaiting = await process.api.waitingCalls > 0
      let count = process.callCount
      // One that is at an event has been handed that, or has run out of time.
      if count == before, !isWaiting {
        tally.fail("The function has asked for no other event in \(limit).")
        return await process.environment.end()
      }
      before = count
    }
  }

  private func deliver(from queue: EventQueue, to process: BenchProcess, gap: Duration?) async {
    while !Task.isCancelled, let signUp = queue.next() {
      if let gap { try? await Task.sleep(for: gap) }
      let result = await process.api.invoke(request(signUp))
      tally.note(signUp, result, timeout: function.timeout)
      switch result {
      case .response, .functionError, .throttled, .abandoned: continue
      // It has no other event, whatever it is at.
      case .timedOut: await process.environment.end()
      case .initError, .initTimedOut, .exited: break
      case .cancelled: return
      }
      if queue.close() { explain(process) }
    }
  }

  private func request(_ signUp: SignUp) -> InvocationRequest {
    var request = InvocationRequest(payload: signUp.event, timeout: function.timeout, traceID: traceID)
    request.requestID = signUp.id
    return request
  }

  /// Shows what a function that is gone has written last.
  private func explain(_ process: BenchProcess) {
    let words = process.lastWords
    guard !words.isEmpty, !Task.isCancelled else { return }
    Console.log("\(function.name) has written last:\n\(words)")
  }

  // MARK: Figures

  /// What processes together have used; nil if one of them is gone.
  private func usage(of processes: [BenchProcess]) async -> BenchUsage? {
    var sum = BenchUsage()
    for process in processes {
      guard let usage = await process.environment.usage else { return nil }
      sum.cpuTime += usage.cpuTime
      sum.residentBytes += usage.residentBytes
      sum.peakResidentBytes += usage.peakResidentBytes
    }
    return sum
  }

  private struct BenchUsage {
    var cpuTime = Duration.zero
    var residentBytes = 0
    var peakResidentBytes = 0
  }

  /// The time of the processors that this process has had.
  private static func ownCPUTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// What the calls of processes say of events, by their request ids. `isPipelined` says whether the next event waited for
  /// the process, so that all the time between its call and the event is ours.
  static func load(of ids: Set<String>, _ processes: [[CallTimes]], isPipelined: Bool) -> BenchRound.Load {
    var load = BenchRound.Load()
    var (first, last): (ContinuousClock.Instant?, ContinuousClock.Instant?)
    for calls in processes {
      var handOuts: [String: CallTimes] = [:]
      for call in calls {
        guard let id = call.requestID, ids.contains(id) else { continue }
        if call.isHandOut {
          handOuts[id] = call
        } else if call.isAnswer(to: id), let handOut = handOuts[id] {
          load.latencies.append(call.arrival - handOut.departure)
          first = min(first ?? handOut.departure, handOut.departure)
          last = max(last ?? call.arrival, call.arrival)
          if isPipelined {
            load.ownTimes.append((handOut.departure - handOut.arrival) + (call.departure - call.arrival))
          }
        }
      }
    }
    if let first, let last { load.duration = last - first }
    return load
  }
}

extension CallTimes {
  /// Whether it hands an event out.
  fileprivate var isHandOut: Bool { route == .next && requestID != nil }

  /// Whether it brings the answer to an event, and that was taken.
  fileprivate func isAnswer(to id: String) -> Bool { route == .response && requestID == id && status == 202 }
}

/// Events that are still to be delivered.
private final class EventQueue: Sendable {
  private let signUps: SignUps
  private let rest: Mutex<(numbers: Range<Int>, isClosed: Bool)>
  private let end: ContinuousClock.Instant

  init(_ numbers: Range<Int>, of signUps: SignUps, end: ContinuousClock.Instant) {
    self.signUps = signUps
    rest = Mutex((numbers, false))
    self.end = end
  }

  /// The next one; nil if there is none, or it is too late.
  func next() -> SignUp? {
    guard .now < end, let number = rest.withLock({ $0.numbers.popFirst() }) else { return nil }
    return signUps[number]
  }

  /// Lets no more be delivered; whether somebody else has not done that before.
  func close() -> Bool {
    rest.withLock { rest in
      defer { rest = (0..<0, true) }
      return !rest.isClosed
    }
  }
}
