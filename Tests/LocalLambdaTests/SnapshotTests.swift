import TestSupport
import Testing

@testable import LocalLambda

/// SnapStart: the runtime waits in a snapshot between its init and its first event.
@Suite(.timeLimit(.minutes(3)))
struct SnapshotTests {
  enum Situation: CaseIterable {
    case started, held, restored, asked, running, failed, stopped

    /// A state of SnapStart, or of none, in this situation; the call that waits in the snapshot is number 1.
    func state(isSnapStart: Bool = true) -> RuntimeState {
      var state = RuntimeState(rules: .init(functionARN: "arn", isSnapStart: isSnapStart))
      switch self {
      case .started: break
      case .held: state.play(.call(1, .restoreNext))
      case .restored: state.play(.call(1, .restoreNext), .restore(limit: nil))
      case .asked: state.play(.call(1, .restoreNext), .restore(limit: nil), .call(2, .next))
      case .running:
        state.play(.call(1, .restoreNext), .restore(limit: nil), .call(2, .next), .invoke(.sample("a", seconds: 60)))
      case .failed: state.play(.exited("exited with status 1"))
      case .stopped: state.play(.stop)
      }
      return state
    }
  }

  private static let failedRestore = RuntimeCall.restoreError(.success(ReportedError(type: "Runtime.Bad", body: [3])))

  /// The status of each call in each situation; nil where it waits.
  @Test(arguments: [
    (Situation.started, nil, 403, 202, nil), (.held, 403, 403, 403, 403), (.restored, 403, 202, 403, nil),
    (.asked, 403, 403, 403, nil), (.running, 403, 403, 403, 200), (.failed, 403, 403, 403, 403),
    (.stopped, 500, 500, 500, 500),
  ])
  func `Each call has its time`(situation: Situation, next: Int?, error: Int, initError: Int, event: Int?) {
    for (call, status) in [
      (RuntimeCall.restoreNext, next), (Self.failedRestore, error), (.failedInit, initError), (.next, event),
    ] {
      var state = situation.state()
      #expect(state.play(.call(99, call)).status(of: 99) == status, "\(call)")
    }
  }

  @Test func `There are no snapshots unless they are asked for`() {
    var state = Situation.started.state(isSnapStart: false)
    #expect(state.play(.call(1, .restoreNext)) == [.respond(1, .refused(.wrongState))])
    #expect(state.play(.call(2, Self.failedRestore)) == [.respond(2, .refused(.wrongState))])
  }

  @Test func `An invocation waits for the restored runtime, which has its time for that`() {
    var state = Situation.held.state()
    #expect(state.play(.elapsed(.initialization)) == [], "its init is over")
    #expect(state.play(.invoke(.sample("a"))) == [])
    #expect(
      state.play(.restore(limit: .seconds(10)))
        == [.respond(1, HTTPResponse(status: 200)), .start(.initialization, .seconds(10))])
    #expect(state.play(.restore(limit: nil)) == [], "once")
    var slow = state
    #expect(slow.play(.elapsed(.initialization)).result(of: "a") == .initTimedOut)
    #expect(state.play(.call(2, .next)).status(of: 2) == 200)
  }

  @Test(arguments: [RuntimeState.Input.elapsed(.initialization), .exited("was ended")])
  func `Whatever becomes of an attached runtime, the next has the event`(_ input: RuntimeState.Input) {
    var state = RuntimeState(rules: .init(functionARN: "arn", isSnapStart: true, isAttached: true))
    state.play(.call(1, .restoreNext), .invoke(.sample("a")))
    #expect(
      state.play(.restore(limit: .seconds(10))) == [.respond(1, HTTPResponse(status: 200))],
      "a breakpoint has no limit")
    state.play(input)
    #expect(state.play(.call(2, .next)).status(of: 2) == 200)
  }

  @Test func `A restore that fails is the end`() {
    var state = Situation.restored.state()
    state.play(.invoke(.sample("a")))
    #expect(state.play(.call(3, Self.failedRestore)).result(of: "a") == .initError(type: "Runtime.Bad", body: [3]))
  }

  @Test func `A runtime without hooks is given its events even so`() {
    var state = Situation.started.state()
    #expect(state.play(.call(1, .next), .invoke(.sample("a"))).status(of: 1) == 200)
  }

  @Test(arguments: [RuntimeState.Input.hungUp(1), .exited("exited with status 1"), .reset(initLimit: nil), .stop])
  func `A call that waits in a snapshot ends with its runtime`(input: RuntimeState.Input) {
    var state = Situation.held.state()
    #expect(state.play(input).status(of: 1) == 500)
    #expect(!state.holdsSnapshot)
  }

  @Test func `Over HTTP, a snapshot is held, and let go`() async throws {
    var options = RuntimeAPI.Options()
    options.isSnapStart = true
    try await withRuntimeAPI(options) { api, curl in
      async let waiting = curl.send("/restore/next")
      #expect(await api.initFailure() == nil)
      #expect(await api.holdsSnapshot)
      #expect(await api.exchanges.last?.status == nil)
      await api.restore()
      let restored = try await waiting
      #expect(restored.status == 200 && restored.body == "")
      let failed = try await curl.post(
        "/restore/error", #"{"errorMessage":"no"}"#, "--header", "Lambda-Runtime-Function-Error-Type: Runtime.Hook")
      #expect(failed.status == 202)
      #expect(
        await api.invoke(.patient) == .initError(type: "Runtime.Hook", body: Array(#"{"errorMessage":"no"}"#.utf8)))
    }
  }

  @Test func `The first invocation restores a process that waits in its snapshot`() async throws {
    let restore = #"""
      echo "before $AWS_LAMBDA_INITIALIZATION_TYPE" >>hooks
      curl --silent --fail --noproxy '*' "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/restore/next"
      echo after >>hooks
      """#
    try await ScriptedFunction.with(
      "answer 1", variables: ["AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"], preparation: restore
    ) { scripted in
      #expect(await scripted.function.initialize() == nil)
      #expect(scripted.lines(of: "hooks") == ["before snap-start"])
      for _ in 1...2 {
        #expect(await scripted.function.invoke([UInt8(ascii: "1")]) == .response([UInt8(ascii: "1")]))
      }
      #expect(scripted.lines(of: "hooks") == ["before snap-start", "after"])
    }
  }
}
