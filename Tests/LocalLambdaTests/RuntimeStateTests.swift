import Testing

@testable import LocalLambda

/// What the answers to single calls do not show: how invocations end, and in which order.
struct RuntimeStateTests {
  @Test func `An event is handed out with its deadline and headers`() throws {
    var state = RuntimeState(in: .waiting)
    var request = InvocationRequest(payload: Array("[1]".utf8), timeout: .milliseconds(4500))
    request.traceID = "Root=1"
    request.clientContext = "{}"
    request.cognitoIdentity = #"{"cognitoIdentityId":"i"}"#
    request.tenantID = "blue"
    let effects = state.play(.invoke(Invocation(key: "a", requestID: "a", request: request)))
    let answer = try #require(effects.response(to: 1))
    #expect(answer.status == 200)
    #expect(answer.body == Array("[1]".utf8))
    #expect(
      answer.headers == [
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": "a",
        "Lambda-Runtime-Invocation-Id": "hand-out 1",
        "Lambda-Runtime-Deadline-Ms": String(RuntimeState.start + 4500),
        "Lambda-Runtime-Invoked-Function-Arn": "arn",
        "Lambda-Runtime-Trace-Id": "Root=1",
        "Lambda-Runtime-Client-Context": "{}",
        "Lambda-Runtime-Cognito-Identity": #"{"cognitoIdentityId":"i"}"#,
        "Lambda-Runtime-Aws-Tenant-Id": "blue",
      ])
    #expect(effects.contains(.start(.invocation("a"), .milliseconds(4500))))
  }

  @Test func `Headers without a value are left out`() throws {
    var state = RuntimeState(in: .waiting)
    let answer = try #require(state.play(.invoke(.sample("a"))).response(to: 1))
    #expect(answer.headers.count == 5, "\(answer.headers)")
  }

  @Test func `The time of an invocation begins when it is handed out`() throws {
    var state = RuntimeState(in: .started)
    state.play(.invoke(.sample("a", seconds: 5)))
    let later = RuntimeState.start + 60_000
    let answer = try #require(state.handle(.call(1, .next), at: later).response(to: 1))
    #expect(answer.headers["Lambda-Runtime-Deadline-Ms"] == String(later + 5000))
  }

  @Test func `GET next while one runs hands out the same event again`() throws {
    var state = RuntimeState(in: .waiting)
    let first = try #require(state.play(.invoke(.sample("a")), .invoke(.sample("b"))).response(to: 1))
    let again = try #require(
      state.handle(.call(2, .next), at: RuntimeState.start + 1000).response(to: 2))
    var expected = first
    expected.headers["Lambda-Runtime-Invocation-Id"] = "hand-out 2"
    #expect(again == expected, "it is another hand-out, and nothing else")
  }

  @Test func `Invocations are served in the order in which they came`() {
    var state = RuntimeState(in: .started)
    state.play(.invoke(.sample("a")), .invoke(.sample("b")))
    for (call, id) in ["a", "b"].enumerated() {
      let answer = state.play(.call(call, .next)).response(to: call)
      #expect(answer?.headers["Lambda-Runtime-Aws-Request-Id"] == id)
      #expect(state.play(.call(10, .response(id))).result(of: id) == .response([1]))
    }
  }

  @Test func `A stale id is refused, and the running invocation runs on`() {
    var state = RuntimeState(in: .answered)
    state.play(.call(3, .next), .invoke(.sample("b")))
    #expect(state.play(.call(4, .response("a"))) == [.respond(4, .refused(.unknownRequestID))])
    #expect(state.play(.call(5, .error("b"))).result(of: "b") == .functionError(type: "Function.Bad", body: [2]))
  }

  @Test(arguments: [
    (InvalidPost.tooLarge(limit: 8), "Function.ResponseSizeTooLarge"),
    (.truncated, "Runtime.TruncatedResponse"),
    (.unknownResponseMode, "Runtime.InvalidResponseModeHeader"),
  ])
  func `A bad answer fails its invocation at once`(bad: InvalidPost, type: String) {
    var state = RuntimeState(in: .running)
    let effects = state.play(.call(2, .post(requestID: "a", invocationID: nil, .failure(bad))))
    let body = HTTPResponse.errorBody(type: type, message: bad.message)
    #expect(effects.result(of: "a") == .functionError(type: type, body: body))
    #expect(state.play(.call(3, .error("a"))).status(of: 3) == 403, "no error may follow")
  }

  @Test func `A bad answer to another id fails nothing`() {
    var state = RuntimeState(in: .running)
    let effects = state.play(.call(2, .post(requestID: "b", invocationID: nil, .failure(.tooLarge(limit: 8)))))
    #expect(effects == [.respond(2, .refused(.unknownRequestID))])
  }

  @Test func `An answer at the deadline is too late even before the timer rings`() {
    var state = RuntimeState(in: .waiting)
    state.play(.invoke(.sample("a", seconds: 5)))
    let effects = state.handle(.call(2, .response("a")), at: RuntimeState.start + 5000)
    #expect(effects.result(of: "a") == .timedOut)
    #expect(effects.status(of: 2) == 410)
  }

  @Test func `An invocation that timed out makes way for the next`() {
    var state = RuntimeState(in: .timedOut)
    state.play(.invoke(.sample("b")))
    #expect(state.play(.call(2, .next)).status(of: 2) == 200)
    #expect(state.play(.call(3, .response("a"))).status(of: 3) == 410, "late while another runs")
    #expect(state.play(.call(4, .response("b"))).result(of: "b") == .response([1]))
  }

  @Test func `The timer of an answered invocation changes nothing`() {
    var state = RuntimeState(in: .answered)
    #expect(state.play(.elapsed(.invocation("a"))) == [])
  }

  @Test func `A caller who gives up frees the queue and the runtime`() {
    var state = RuntimeState(in: .running)
    state.play(.invoke(.sample("b")))
    #expect(state.play(.cancel("b")) == [.finish("b", .cancelled)])
    #expect(state.play(.cancel("a")) == [.finish("a", .cancelled)])
    #expect(state.play(.call(2, .response("a"))).status(of: 2) == 410)
    #expect(state.play(.cancel("never-heard-of")) == [])
  }

  @Test func `An init error ends every invocation, and is kept`() {
    var state = RuntimeState(in: .started)
    state.play(.invoke(.sample("a")))
    let failed = InvocationResult.initError(type: "Runtime.Bad", body: [3])
    #expect(state.play(.call(1, .failedInit)).result(of: "a") == failed)
    #expect(state.initError == ReportedError(type: "Runtime.Bad", body: [3]))
    #expect(state.play(.exited("exited with status 1")) == [], "the report says more than the exit")
    #expect(state.play(.invoke(.sample("b"))) == [.finish("b", failed)])
    state.play(.reset(initLimit: nil))
    #expect(state.initError == nil)
    #expect(state.play(.invoke(.sample("c"))) == [])
  }

  @Test func `An exit ends what runs and what waits`() {
    var state = RuntimeState(in: .running)
    state.play(.invoke(.sample("b")))
    let effects = state.play(.exited("was ended by SIGSEGV"))
    #expect(effects.result(of: "a") == .exited("was ended by SIGSEGV"))
    #expect(effects.result(of: "b") == .exited("was ended by SIGSEGV"))
  }

  @Test func `Init that takes too long ends the invocation`() {
    var state = RuntimeState(in: .started)
    #expect(state.play(.reset(initLimit: .seconds(10))) == [.start(.initialization, .seconds(10))])
    state.play(.invoke(.sample("a")))
    #expect(state.play(.elapsed(.initialization)).result(of: "a") == .initTimedOut)
  }

  @Test func `Init is over with the first GET next`() {
    var state = RuntimeState(in: .waiting)
    #expect(state.play(.elapsed(.initialization)) == [])
    #expect(state.phase == .ready)
  }

  @Test func `A reset ends what runs, and keeps what waits`() {
    var state = RuntimeState(in: .running)
    state.play(.invoke(.sample("b")))
    #expect(state.play(.reset(initLimit: nil)) == [.finish("a", .cancelled)])
    #expect(state.play(.call(2, .next)).response(to: 2)?.headers["Lambda-Runtime-Aws-Request-Id"] == "b")
  }

  @Test func `A stop ends everything`() {
    var state = RuntimeState(in: .waiting)
    #expect(state.play(.stop) == [.respond(1, .refused(.containerError))])
    #expect(state.play(.invoke(.sample("a"))) == [.finish("a", .cancelled)])
    #expect(state.play(.reset(initLimit: nil)) == [])
    #expect(state.phase == .stopped)
    var busy = RuntimeState(in: .running)
    #expect(busy.play(.stop) == [.finish("a", .cancelled)])
  }
}
