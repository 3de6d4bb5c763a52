import Testing

@testable import LambdaRuntime

/// Who is cancelled and given up when, and when a process is over: as values, without a clock.
@Suite struct SupervisorStateTests {
  private let start = ContinuousClock.now
  private let task = Task<Void, Never> {}

  /// An invocation that has so much time; nil: as much as it likes.
  private func invocation(_ id: String = "a", _ time: Duration? = .seconds(10)) -> InvocationReport {
    let context = InvocationContext(
      requestID: id, receivedAt: start, deadline: time.map { start + $0 }, logger: Log().logger)
    return InvocationReport(context: context, initialization: nil)
  }

  /// Seconds until the state has something to do; nil: nothing.
  private func nextDue(_ state: inout SupervisorState) -> Duration? {
    state.nextDue.map { $0 - start }
  }

  /// An expectation whose value is made by a change, which the macro does not allow.
  private func check<Value: Equatable>(
    _ value: Value, _ expected: Value, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(value == expected, comment, sourceLocation: sourceLocation)
  }

  /// The end of one's time before the deadline, in milliseconds: the cancellation, and giving up.
  @Test(arguments: [(10_000, 9_500, 9_750), (2_500, 2_000, 2_250), (1_000, 800, 900), (5, 4, nil)])
  func `A handler is cancelled a margin before its deadline, and given up half of that later`(
    time: Int, cancel: Int, giveUp: Int?
  ) {
    var state = SupervisorState(workers: 1)
    _ = state.begin(invocation("a", .milliseconds(time)), of: 0, task)
    check(nextDue(&state), .milliseconds(cancel))
    check(state.due(at: start + .milliseconds(cancel) - .nanoseconds(1)).cancelled.isEmpty, true)
    let due = state.due(at: start + .milliseconds(cancel))
    #expect(due.cancelled.count == 1 && due.stuck.isEmpty)
    guard let giveUp else { return }
    check(nextDue(&state), .milliseconds(giveUp))
    let late = state.due(at: start + .milliseconds(giveUp))
    #expect(late.cancelled.isEmpty && late.stuck.map(\.worker) == [0])
    #expect(late.stuck.first?.report.context.requestID == "a")
    check(nextDue(&state), nil)
    check(state.due(at: start + .seconds(99)).stuck.isEmpty, true, "once")
  }

  @Test(arguments: [nil, 0, -5_000]) func `Without a deadline, or with one that has passed, there is no end`(time: Int?)
  {
    var state = SupervisorState(workers: 1)
    check(state.begin(invocation("a", time.map { .milliseconds($0) }), of: 0, task), false)
    check(nextDue(&state), nil)
    let due = state.due(at: start + .seconds(86_400))
    #expect(due.cancelled.isEmpty && due.stuck.isEmpty)
    check(state.finish(of: 0), .inTime)
  }

  @Test func `What is done is judged by how far it had come`() {
    var state = SupervisorState(workers: 3)
    for worker in 0..<3 { _ = state.begin(invocation("a", .seconds(worker == 0 ? 99 : 10)), of: worker, task) }
    _ = state.due(at: start + .milliseconds(9_600))
    check(state.finish(of: 1), .cancelled)
    _ = state.due(at: start + .milliseconds(9_800))
    check(state.finish(of: 0), .inTime)
    check(state.finish(of: 1), .cancelled, "what is sent has limits of its own")
    check(state.finish(of: 2), .abandoned)
    for worker in 0..<3 {
      let end = state.end(of: worker)
      #expect(end.goesOn == (worker != 2) && !end.isAwaited)
    }
    check(state.finish(of: 2), .abandoned, "it is not running")
  }

  @Test func `Only one who sleeps for too long is woken`() {
    var state = SupervisorState(workers: 3)
    check(state.begin(invocation("a", .seconds(20)), of: 0, task), true, "nobody is awaited yet")
    check(nextDue(&state), .milliseconds(19_500))
    check(state.begin(invocation("b", .seconds(30)), of: 1, task), false)
    check(state.begin(invocation("c", .seconds(10)), of: 2, task), true)
    check(nextDue(&state), .milliseconds(9_500))
    _ = state.end(of: 2)
    check(state.begin(invocation("d", .seconds(15)), of: 2, task), false, "the wake-up comes before that")
    check(nextDue(&state), .milliseconds(14_500))
  }

  @Test func `Work after the response is watched again`() {
    var state = SupervisorState(workers: 1)
    _ = state.begin(invocation(), of: 0, task)
    _ = state.finish(of: 0)
    check(nextDue(&state), nil)
    check(state.goOn(of: 0, .sent), true)
    check(nextDue(&state), .milliseconds(9_500))
    _ = state.due(at: start + .milliseconds(9_500))
    check(state.due(at: start + .milliseconds(9_750)).stuck.map(\.response), [.sent])
  }

  @Test func `A process that is told to end is over once its workers have ended`() {
    var state = SupervisorState(workers: 2)
    check(state.end(at: start), nil)
    _ = state.begin(invocation(), of: 0, task)
    check(state.terminate(at: start), true)
    check(state.terminate(at: start), false, "once is enough")
    check(state.end(at: start + .seconds(1)), nil)
    // What was on its way still counts.
    check(state.begin(invocation("b"), of: 1, task) == nil, false)
    for worker in [0, 1] {
      let end = state.end(of: worker)
      #expect(!end.goesOn && end.isAwaited)
      check(state.end(at: start), nil)
      state.workerEnded(worker)
    }
    check(state.end(at: start), .shutDown)
    check(state.begin(invocation("c"), of: 0, task), nil, "after that nothing begins")
  }

  @Test func `A process that is told to end waits but a moment for a worker that asks for an event`() {
    var state = SupervisorState(workers: 2)
    _ = state.begin(invocation(), of: 0, task)
    check(state.terminate(at: start), true)
    check(nextDue(&state), .milliseconds(9_500), "there is an invocation to wait for")
    _ = state.end(of: 0)
    check(nextDue(&state), .milliseconds(100))
    check(state.end(at: start + .milliseconds(99)), nil)
    check(state.end(at: start + .milliseconds(100)), .shutDown)
  }

  @Test func `A process that is told to end does not wait for a handler that is stuck`() {
    var state = SupervisorState(workers: 2)
    abandon(0, &state)
    check(state.terminate(at: start), true)
    check(state.end(at: start), nil)
    state.workerEnded(1)
    check(state.end(at: start), .shutDown)
  }

  @Test func `A process is over when no worker is left`() {
    var state = SupervisorState(workers: 2)
    state.workerEnded(1)
    check(state.end(at: start), nil)
    state.workerEnded(0)
    check(state.end(at: start), .workersGone)
  }

  /// Has the worker's handler given up.
  private func abandon(_ worker: Int, _ state: inout SupervisorState) {
    _ = state.begin(invocation(), of: worker, task)
    _ = state.due(at: start + .seconds(10))
    check(state.due(at: start + .seconds(10)).stuck.map(\.worker), [worker])
  }

  @Test func `A worker that is stuck is none that is left`() {
    var state = SupervisorState(workers: 2)
    abandon(0, &state)
    check(state.end(at: start), nil)
    state.workerEnded(1)
    check(state.end(at: start), .workersGone)
    // Its thread comes back at last, and does not count a second time.
    state.workerEnded(0)
    check(state.addWorker() == nil, false)
    check(state.end(at: start), nil)
  }

  @Test func `As many are replaced as there are to be, less one, of those that are stuck at a time`() {
    var state = SupervisorState(workers: 3)
    abandon(0, &state)
    check(state.addWorker(), 3)
    abandon(3, &state)
    check(state.addWorker(), 4)
    // One is done at last: its number is free, and it is not stuck any more.
    check(state.end(of: 0).goesOn, false)
    state.workerEnded(0)
    abandon(1, &state)
    check(state.addWorker(), 0)
    abandon(2, &state)
    check(state.addWorker(), nil)
  }

  @Test func `On demand nobody is replaced`() {
    var state = SupervisorState(workers: 1)
    abandon(0, &state)
    check(state.addWorker(), nil)
  }

  @Test func `Nobody is replaced in a process that is to end`() {
    var state = SupervisorState(workers: 3)
    abandon(0, &state)
    _ = state.terminate(at: start)
    check(state.addWorker(), nil)
  }
}
