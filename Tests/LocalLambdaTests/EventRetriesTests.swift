import Foundation
import JSON
import Testing

@testable import LocalLambda

/// Events that nobody waits for, when the function does not answer.
@Suite(.timeLimit(.minutes(2)))
struct EventRetriesTests {
  private static let failures: [InvocationResult] = [
    .functionError(type: "Function.Bad", body: []), .initError(type: "Runtime.Bad", body: []), .initTimedOut, .timedOut,
    .exited("exited with status 1"),
  ]

  @Test(arguments: failures)
  func `After an error there are two more attempts, after a pause each`(failure: InvocationResult) {
    var retries = EventRetries()
    #expect(retries.pause(after: failure, age: .zero) == .seconds(1))
    #expect(retries.pause(after: failure, age: .seconds(1)) == .seconds(2))
    #expect(retries.pause(after: failure, age: .seconds(3)) == nil)
  }

  @Test(arguments: [InvocationResult.response([]), .cancelled, .abandoned])
  func `What was answered, or given up, is not tried again`(result: InvocationResult) {
    var retries = EventRetries()
    #expect(retries.pause(after: result, age: .zero) == nil)
  }

  @Test func `Throttling takes no attempt, and its pauses double up to a limit`() {
    var retries = EventRetries()
    let pauses = (1...70).map { _ in retries.pause(after: .throttled, age: .zero) }
    #expect(pauses.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(5)])
    #expect(pauses.dropFirst(3).allSatisfy { $0 == .seconds(5) })
    #expect(retries.pause(after: .timedOut, age: .zero) == .seconds(1))
  }

  @Test func `An event that is six hours old is given up`() {
    var retries = EventRetries()
    #expect(retries.pause(after: .throttled, age: .seconds(6 * 3600 - 1)) == .seconds(1))
    #expect(retries.pause(after: .throttled, age: .seconds(6 * 3600 - 1)) == nil)
  }

  private static func call(_ payload: String) -> HTTPCall {
    HTTPCall(
      method: "POST", path: "/2015-03-31/functions/scripted/invocations",
      headers: [HTTPCall.Header(name: "x-amz-invocation-type", value: "Event")], body: Array(payload.utf8))
  }

  private static func api(_ function: Function) -> InvokeAPI {
    var api = InvokeAPI(function: function)
    api.retries.pausesAfterErrors = [.milliseconds(10), .milliseconds(20)]
    api.retries.firstPauseAfterThrottling = .milliseconds(10)
    return api
  }

  @Test func `An event that fails is invoked three times with one id`() async throws {
    let script = #"echo "$id" >>ids; fail '{"errorMessage":"no"}'"#
    try await ScriptedFunction.with(script) { scripted in
      let reply = await Self.api(scripted.function).respond(to: Self.call("1"))
      #expect(reply.response?.status == 202)
      try await eventually("it is tried again") { scripted.lines(of: "ids").count == 3 }
      #expect(Set(scripted.lines(of: "ids")) == [reply.response?.headers["x-amzn-requestid"]])
      // An attempt too many would come before this, in the one environment that there is.
      try await Task.sleep(for: .milliseconds(200))
      #expect(scripted.lines(of: "ids").count == 3)
      #expect(scripted.lines(of: "pids").count == 1)
    }
  }

  @Test func `An event that is answered in the end, by a fresh process, is done`() async throws {
    let script = #"echo "$id" >>ids; [ -e crashed ] || { touch crashed; exit 3; }; answer 1"#
    try await ScriptedFunction.with(script) { scripted in
      _ = await Self.api(scripted.function).respond(to: Self.call("1"))
      try await eventually("it is tried again") { scripted.lines(of: "ids").count == 2 }
      try await Task.sleep(for: .milliseconds(200))
      #expect(Set(scripted.lines(of: "ids")).count == 1)
      #expect(scripted.lines(of: "ids").count == 2)
      #expect(scripted.lines(of: "pids").count == 2)
    }
  }

  @Test func `An event that is throttled waits until there is room`() async throws {
    let script = #"echo "$event" >>events; while [ "$event" = 1 ] && [ ! -e go ]; do sleep 0.02; done; answer "$event""#
    try await ScriptedFunction.with(script, managed: 1) { scripted in
      let api = Self.api(scripted.function)
      _ = await api.respond(to: Self.call("1"))
      try await eventually("the first runs") { scripted.lines(of: "events") == ["1"] }
      let reply = await api.respond(to: Self.call("2"))
      #expect(reply.response?.status == 202)
      try await eventually("the second was refused several times") {
        scripted.failures[reply.response?.headers["x-amzn-requestid"] ?? ""] == .throttled
      }
      try scripted.touch("go")
      try await eventually("the second is invoked") { scripted.lines(of: "events") == ["1", "2"] }
    }
  }
}
