import Testing

@testable import Postgres

/// What is done with what the server has to say, without a server.
@Suite struct ExecutionStateTests {
  private func steps(_ state: ExecutionState, _ answers: [ExecutionState.Answer]) -> (
    [ExecutionState.Step], ExecutionState
  ) {
    var state = state
    return (answers.map { state.receive($0) }, state)
  }

  @Test func `A statement's result is kept, and a null pointer ends it`() {
    let (steps, state) = steps(ExecutionState(), [.success, .end])
    #expect(steps == [.keep(request: 0), .finish])
    #expect(state.failedRequest == nil && state.completed == 1)
  }

  @Test func `A script's results come one after the other, up to the first that fails`() {
    let (steps, state) = steps(ExecutionState(), [.success, .success, .failure, .end])
    #expect(steps == [.keep(request: 0), .keep(request: 0), .keepFailure, .finish])
    #expect(state.completed == 2)
    #expect(state.failedRequest == 0)
  }

  @Test func `Rows that come in parts are handed over`() {
    let (steps, _) = steps(ExecutionState(), [.part, .part, .success, .end])
    #expect(steps == [.handOver, .handOver, .keep(request: 0), .finish])
  }

  @Test func `Each request of a pipeline has its result, and the Sync ends it`() {
    let (steps, state) = steps(
      ExecutionState(.pipeline(count: 3)), [.success, .end, .success, .end, .success, .end, .synchronized])
    #expect(
      steps == [
        .keep(request: 0), .proceed, .keep(request: 1), .proceed, .keep(request: 2), .proceed, .finish,
      ])
    #expect(state.failedRequest == nil)
  }

  @Test func `What follows a failure in a pipeline is skipped, and the failure is the first one's`() {
    let (steps, state) = steps(
      ExecutionState(.pipeline(count: 3)),
      [.success, .end, .failure, .end, .skipped, .end, .failure, .synchronized])
    #expect(steps.last == .finish)
    #expect(steps.filter { $0 == .keepFailure }.count == 1)
    #expect(state.failedRequest == 1)
  }

  @Test func `What fails at the Sync, where the server commits, is a failure of none of the requests`() {
    let (steps, state) = steps(
      ExecutionState(.pipeline(count: 2)),
      [.success, .end, .success, .end, .failure, .end, .synchronized])
    #expect(steps.last == .finish)
    #expect(state.failedRequest == 2)
  }

  @Test func `A session that ends at the Sync has null pointers for ever`() {
    let (steps, state) = steps(
      ExecutionState(.pipeline(count: 1)), [.success, .end, .failure, .end, .end])
    #expect(steps.last == .abandon(.protocolViolation))
    #expect(state.failedRequest == 1)
  }

  @Test(arguments: [
    [ExecutionState.Answer.synchronized], [.success, .end, .synchronized], [.end, .end, .end],
  ]) func `A pipeline that ends too early or too late is none`(answers: [ExecutionState.Answer]) {
    #expect(steps(ExecutionState(.pipeline(count: 2)), answers).0.last == .abandon(.protocolViolation))
  }

  @Test func `A Sync that nobody sent is none`() {
    #expect(steps(ExecutionState(), [.synchronized]).0 == [.abandon(.protocolViolation)])
  }

  @Test func `A COPY is done once`() {
    let (steps, _) = steps(ExecutionState(copying: .toServer), [.copy(.toServer), .copy(.toServer)])
    #expect(steps == [.copy, .abandon(.protocolViolation)])
  }

  @Test func `Only the COPY that was asked for is done`() {
    for asked in [ExecutionState.Copying.none, .toServer, .fromServer] {
      for offered in [ExecutionState.Copying.none, .toServer, .fromServer] {
        let step = steps(ExecutionState(copying: asked), [.copy(offered)]).0
        #expect(step == [asked == offered && asked != .none ? .copy : .abandon(.unsupported)])
      }
    }
  }
}
