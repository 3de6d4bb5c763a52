import Glibc
import TestSupport
import Testing

@testable import LocalLambda

/// Managed Instances: one runtime that is given several invocations at once.
@Suite(.timeLimit(.minutes(3)))
struct ManagedInstancesTests {
  /// A state of two workers, in which so many calls wait, numbered from 1, and so many invocations run: "a", "b" …
  private static func state(workers: Int = 2, waiting: Int = 0, running: Int = 0) -> RuntimeState {
    var state = RuntimeState(
      rules: .init(functionARN: "arn", maximumConcurrency: workers, invocationID: { "hand-out \($0)" }))
    for call in 0..<(waiting + running) { state.play(.call(call + 1, .next)) }
    for name in ["a", "b", "c"].prefix(running) { state.play(.invoke(.sample(name))) }
    return state
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let waiting: Int
    let running: Int
    /// Of one more call of `/next`; nil: it waits.
    let next: Int?
    /// Whether one more invocation is handed out at once, waits for a worker, or is turned away.
    let invoke: Outcome

    enum Outcome { case handedOut, queued, throttled }

    var testDescription: String { "\(waiting) wait, \(running) run" }
  }

  @Test(arguments: [
    Row(waiting: 0, running: 0, next: nil, invoke: .queued),
    Row(waiting: 1, running: 0, next: nil, invoke: .handedOut),
    Row(waiting: 2, running: 0, next: 403, invoke: .handedOut),
    Row(waiting: 0, running: 1, next: nil, invoke: .queued),
    Row(waiting: 1, running: 1, next: 403, invoke: .handedOut),
    Row(waiting: 0, running: 2, next: 403, invoke: .throttled),
  ])
  func `Two workers ask, are given events, and no more than that`(row: Row) {
    var state = Self.state(waiting: row.waiting, running: row.running)
    #expect(state.play(.call(99, .next)).status(of: 99) == row.next)
    state = Self.state(waiting: row.waiting, running: row.running)
    let effects = state.play(.invoke(.sample("z")))
    switch row.invoke {
    case .handedOut: #expect(effects.status(of: row.running + 1) == 200)
    case .queued: #expect(effects == [])
    case .throttled: #expect(effects == [.finish("z", .throttled)])
    }
  }

  @Test func `Each response ends its own invocation, in whatever order they come`() {
    var state = Self.state(running: 2)
    #expect(state.play(.call(3, .response("b", "hand-out 1"))).status(of: 3) == 410, "that of the other")
    #expect(state.play(.call(4, .response("b", "hand-out 2", 7))).result(of: "b") == .response([7]))
    #expect(state.play(.call(5, .response("b", "hand-out 2"))).status(of: 5) == 400)
    #expect(state.play(.call(6, .error("a", "hand-out 1"))).result(of: "a")?.functionErrorType == "Function.Bad")
  }

  @Test func `Two invocations of one request id are told apart`() {
    var state = Self.state(waiting: 2)
    state.play(.invoke(.sample("a", key: "first")), .invoke(.sample("a", key: "second")))
    #expect(state.play(.call(3, .response("a", "hand-out 2", 7))).result(of: "second") == .response([7]))
    #expect(state.play(.call(4, .response("a", "hand-out 1", 8))).result(of: "first") == .response([8]))
  }

  @Test func `A worker whose invocation timed out is busy until it is heard of again`() {
    var state = Self.state(running: 2)
    state.play(.elapsed(.invocation("a")))
    #expect(state.play(.invoke(.sample("c"))) == [.finish("c", .throttled)])
    #expect(state.play(.call(3, .response("a", "hand-out 1"))).status(of: 3) == 410)
    #expect(state.play(.invoke(.sample("d"))) == [], "it is about to ask for an event")
    #expect(state.play(.call(4, .next)).status(of: 4) == 200)
    // One that says nothing, and starts afresh.
    state.play(.elapsed(.invocation("b")))
    #expect(state.play(.invoke(.sample("e"))) == [.finish("e", .throttled)])
    #expect(state.play(.call(5, .next)).status(of: 5) == nil)
    #expect(state.play(.invoke(.sample("f"))).status(of: 5) == 200)
  }

  @Test func `An exit ends all that run`() {
    var state = Self.state(running: 2)
    let effects = state.play(.exited("exited with status 1"))
    #expect(effects.result(of: "a") == .exited("exited with status 1"))
    #expect(effects.result(of: "b") == .exited("exited with status 1"))
    state.play(.reset(initLimit: nil), .call(3, .next), .call(4, .next))
    #expect(state.play(.invoke(.sample("c"))).status(of: 3) == 200)
  }

  // MARK: Processes

  /// Responds with its worker's process id once there is a file `go`.
  private static let waits = #"echo "$event" >>seen; while [ ! -e go ]; do sleep 0.05; done; answer "$BASHPID""#

  @Test func `One process serves several invocations at once, and more are refused`() async throws {
    try await ScriptedFunction.with(Self.waits, managed: 2) { scripted in
      let function = scripted.function
      async let first = function.invoke([UInt8(ascii: "1")])
      async let second = function.invoke([UInt8(ascii: "2")])
      try await eventually("both run") { scripted.lines(of: "seen").count == 2 }
      #expect(await function.invoke([UInt8(ascii: "3")], requestID: "c") == .throttled)
      #expect(scripted.failures["c"] == .throttled)
      try scripted.touch("go")
      #expect(await first != second, "each has a worker of its own")
      #expect(scripted.lines(of: "pids").count == 1)
    }
  }

  @Test func `The process is told what it plays`() async throws {
    let script =
      #"answer "$AWS_LAMBDA_MAX_CONCURRENCY $AWS_LAMBDA_LOG_FORMAT $AWS_LAMBDA_INITIALIZATION_TYPE""#
    try await ScriptedFunction.with(script, managed: 3) { scripted in
      #expect(
        await scripted.function.invoke([UInt8(ascii: "1")]) == .response(Array("3 JSON lambda-managed-instances".utf8)))
    }
    try await ScriptedFunction.with(script) { scripted in
      #expect(await scripted.function.invoke([UInt8(ascii: "1")]) == .response(Array("  on-demand".utf8)))
    }
  }

  @Test func `What is late is refused, and the process goes on`() async throws {
    let script = #"""
      if [ "$event" = 1 ]; then
        while [ ! -e go ]; do sleep 0.05; done
        curl --silent --noproxy '*' --write-out '%{http_code}\n' --output /dev/null --data 1 "$api/$id/response" >>late
      else
        answer 2
      fi
      """#
    try await ScriptedFunction.with(script, timeout: .seconds(1), managed: 2) { scripted in
      #expect(await scripted.function.invoke([UInt8(ascii: "1")]) == .timedOut)
      #expect(await scripted.function.invoke([UInt8(ascii: "2")]) == .response([UInt8(ascii: "2")]))
      try scripted.touch("go")
      try await eventually("it was told so") { scripted.lines(of: "late") == ["410"] }
      #expect(scripted.lines(of: "pids").count == 1)
    }
  }

  @Test func `A process that ends fails all that it had, and is replaced once`() async throws {
    let script =
      #"echo "$event" >>seen; while [ ! -e go ]; do sleep 0.05; done; if [ -e back ]; then answer 1; else kill $$; fi"#
    try await ScriptedFunction.with(script, managed: 2) { scripted in
      let function = scripted.function
      async let first = function.invoke([UInt8(ascii: "1")])
      async let second = function.invoke([UInt8(ascii: "2")])
      try await eventually("both run") { scripted.lines(of: "seen").count == 2 }
      try scripted.touch("go")
      let ends = await [first, second]
      #expect(ends == Array(repeating: .exited("was ended by signal 15 (Terminated)"), count: 2))
      try scripted.touch("back")
      async let third = function.invoke([UInt8(ascii: "3")])
      #expect(await function.invoke([UInt8(ascii: "4")]) == .response([UInt8(ascii: "1")]))
      _ = await third
      #expect(scripted.lines(of: "pids").count <= 3)
    }
  }

  @Test func `A hundred invocations over eight workers each get their own response`() async throws {
    try await ScriptedFunction.with(#"sleep "0.0$((RANDOM % 3))"; answer "$event""#, managed: 8) { scripted in
      let function = scripted.function
      await withTaskGroup(of: Void.self) { group in
        for worker in 0..<8 {
          group.addTask {
            for number in 0..<12 {
              let event = Array("\(worker * 100 + number)".utf8)
              #expect(await function.invoke(event) == .response(event))
            }
          }
        }
      }
      #expect(scripted.lines(of: "pids").count == 1)
    }
  }
}
