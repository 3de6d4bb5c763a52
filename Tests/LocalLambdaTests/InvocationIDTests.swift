import TestSupport
import Testing

@testable import LocalLambda

/// `Lambda-Runtime-Invocation-Id`, which is another at each hand-out: a late response reaches nobody else.
@Suite(.timeLimit(.minutes(3)))
struct InvocationIDTests {
  @Test(arguments: [
    ("hand-out 1", 202), ("", 202), ("hand-out 2", 410), ("made up", 410),
  ])
  func `A post has the invocation id of the hand-out, or none`(handOut: String, status: Int) {
    for call in [RuntimeCall.response("a", handOut), .error("a", handOut)] {
      var state = RuntimeState(in: .running)
      #expect(state.play(.call(2, call)).status(of: 2) == status)
      #expect(state.running.isEmpty == (status == 202), "what is refused ends nothing")
    }
  }

  @Test func `The invocation id of an event that was handed out again is stale`() {
    var state = RuntimeState(in: .running)
    state.play(.call(2, .next))
    #expect(state.play(.call(3, .response("a", "hand-out 1"))) == [.respond(3, .refused(.staleInvocationID))])
    #expect(state.play(.call(4, .response("a", "hand-out 2"))).result(of: "a") == .response([1]))
  }

  @Test func `Of several calls that wait, the last has the invocation id that counts`() {
    var state = RuntimeState(in: .waiting)
    state.play(.call(2, .next))
    let effects = state.play(.invoke(.sample("a")))
    #expect(effects.response(to: 1)?.headers["Lambda-Runtime-Invocation-Id"] == "hand-out 1")
    #expect(effects.response(to: 2)?.headers["Lambda-Runtime-Invocation-Id"] == "hand-out 2")
    #expect(state.play(.call(3, .response("a", "hand-out 1"))).status(of: 3) == 410)
    #expect(state.play(.call(4, .response("a", "hand-out 2"))).status(of: 4) == 202)
  }

  @Test func `A late response is never taken for that of a second invocation of its request id`() {
    var state = RuntimeState(in: .waiting)
    state.play(.invoke(.sample("a", key: "first")), .elapsed(.invocation("first")))
    state.play(.invoke(.sample("a", key: "second")), .call(2, .next))
    #expect(state.play(.call(3, .response("a", "hand-out 1", 7))) == [.respond(3, .refused(.staleInvocationID))])
    let effects = state.play(.call(4, .response("a", "hand-out 2", 8)))
    #expect(effects.result(of: "second") == .response([8]))
    #expect(state.play(.call(5, .error("a", "hand-out 1"))).status(of: 5) == 410, "not even when both are over")
  }

  @Test func `An old runtime is taken at its request id's word`() {
    var state = RuntimeState(in: .waiting)
    state.play(.invoke(.sample("a", key: "first")), .elapsed(.invocation("first")))
    #expect(state.play(.call(2, .response("a"))) == [.respond(2, .refused(.tooLate))])
    state.play(.invoke(.sample("a", key: "second")), .call(3, .next))
    #expect(state.play(.call(4, .response("a"))).result(of: "second") == .response([1]))
  }

  @Test func `A Runtime API that sends none takes none`() {
    var state = RuntimeState(rules: RuntimeState.Rules(functionARN: "arn", invocationID: { _ in nil }))
    let event = state.play(.call(1, .next), .invoke(.sample("a"))).response(to: 1)
    #expect(event?.status == 200)
    #expect(event?.headers["Lambda-Runtime-Invocation-Id"] == nil)
    #expect(state.play(.call(2, .response("a", "hand-out 1"))).status(of: 2) == 410)
    #expect(state.play(.call(3, .response("a"))).status(of: 3) == 202)
  }

  @Test func `One request id handed out twice, the first response late, over HTTP`() async throws {
    try await withRuntimeAPI { api, curl in
      var request = InvocationRequest(payload: [], timeout: .milliseconds(200))
      request.requestID = "8f5b"
      async let first = api.invoke(request)
      let early = try await curl.next()
      #expect(await first == .timedOut)
      request.timeout = .seconds(60)
      async let second = api.invoke(request)
      let late = try await curl.next()
      let ids = [early, late].compactMap { $0.headers["lambda-runtime-invocation-id"] }
      #expect(Set(ids).count == 2)
      let stale = try await curl.post(
        "/invocation/8f5b/response", "1", "--header", "Lambda-Runtime-Invocation-Id: \(ids[0])")
      #expect(stale.status == 410)
      #expect(stale.body.hasSuffix(#""errorType":"ErrorRuntimeInvokeTimeout"}"#), "\(stale.body)")
      let good = try await curl.post(
        "/invocation/8f5b/response", "2", "--header", "Lambda-Runtime-Invocation-Id: \(ids[1])")
      #expect(good.status == 202)
      #expect(await second == .response([UInt8(ascii: "2")]))
    }
  }

  @Test func `The header can be left out, as before July 2026`() async throws {
    var options = RuntimeAPI.Options()
    options.sendsInvocationID = false
    try await withRuntimeAPI(options) { api, curl in
      async let result = api.invoke(.patient)
      let event = try await curl.next()
      #expect(event.headers["lambda-runtime-invocation-id"] == nil)
      // An empty header is none.
      let answer = try await curl.post(
        "/invocation/\(event.requestID)/response", "1", "--header", "Lambda-Runtime-Invocation-Id;")
      #expect(answer.status == 202)
      #expect(await result == .response([UInt8(ascii: "1")]))
    }
  }
}
