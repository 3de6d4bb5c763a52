import Foundation
import Glibc
import Testing

@testable import LocalLambda

/// Execution environments that come and go.
@Suite(.timeLimit(.minutes(3)))
struct FunctionTests {
  /// Answers with its process id once there is a file `go`.
  private static let waits = #"echo "$event" >>seen; while [ ! -e go ]; do sleep 0.05; done; answer "$$""#

  @Test func `An idle environment is used again`() async throws {
    try await ScriptedFunction.with(#"answer "$$""#) { scripted in
      let first = await scripted.function.invoke([UInt8(ascii: "1")])
      #expect(await scripted.function.invoke([UInt8(ascii: "2")]) == first)
      #expect(scripted.lines(of: "pids").count == 1)
    }
  }

  @Test func `An environment of the start is used by the first invocation`() async throws {
    try await ScriptedFunction.with(#"answer "$$""#) { scripted in
      #expect(await scripted.function.initialize() == nil)
      #expect(scripted.lines(of: "pids").count == 1)
      await scripted.function.invoke([UInt8(ascii: "1")])
      #expect(scripted.lines(of: "pids").count == 1)
    }
  }

  @Test func `A failed start is told, and the next invocation gets a fresh process`() async throws {
    try await ScriptedFunction.with(#"answer "$$""#, preparation: "mkdir first 2>/dev/null && exit 9") { scripted in
      #expect(await scripted.function.initialize() == .exited("exited with status 9"))
      guard case .response = await scripted.function.invoke([UInt8(ascii: "1")]) else {
        Issue.record("no answer")
        return
      }
      #expect(scripted.lines(of: "pids").count == 2)
      #expect(scripted.failures == [:], "no invocation has failed")
    }
  }

  @Test func `Stopping ends a start that hangs`() async throws {
    try await ScriptedFunction.with("", preparation: "exec sleep 60") { scripted in
      let function = scripted.function
      async let start = function.initialize()
      try await eventually("it runs") { scripted.lines(of: "pids").count == 1 }
      await function.stop()
      #expect(await start == .cancelled)
      #expect(await function.initialize() == .cancelled)
    }
  }

  @Test func `The log of an invocation is its own, and has all that was written before the answer`() async throws {
    let script = #"echo "on standard output $event"; echo "on standard error $event" >&2; answer 1"#
    try await ScriptedFunction.with(script, preparation: "echo starting") { scripted in
      for (event, log) in [
        ("1", "starting\non standard output 1\non standard error 1\n"),
        ("2", "on standard output 2\non standard error 2\n"),
      ] {
        let record = await scripted.function.record(
          of: InvocationRequest(payload: Array(event.utf8)), requestID: event)
        #expect(record.result == .response([UInt8(ascii: "1")]))
        #expect(String(decoding: record.log, as: UTF8.self) == log)
      }
    }
  }

  @Test func `The last words of a process that crashed are in the log of its invocation`() async throws {
    try await ScriptedFunction.with("seq 1 3000; exit 3") { scripted in
      let record = await scripted.function.record(of: InvocationRequest(payload: [UInt8(ascii: "1")]), requestID: "1")
      #expect(record.result == .exited("exited with status 3"))
      #expect(String(decoding: record.log, as: UTF8.self).hasSuffix("\n2999\n3000\n"))
      #expect(record.logTail.count == 4096)
      let end =
        #/\n2999\n3000\nEND RequestId: 1\nREPORT RequestId: 1\tDuration: .*\tStatus: error\tError Type: Runtime.ExitError\n/#
      #expect(String(decoding: record.logTail, as: UTF8.self).firstMatch(of: end) != nil)
    }
  }

  @Test func `While all are busy another one is started, up to the limit`() async throws {
    try await ScriptedFunction.with(Self.waits, environments: 2) { scripted in
      let function = scripted.function
      async let first = function.invoke([UInt8(ascii: "1")])
      async let second = function.invoke([UInt8(ascii: "2")])
      try await eventually("both run") { scripted.lines(of: "seen").count == 2 }
      async let third = function.invoke([UInt8(ascii: "3")])
      // An invocation gets its environment, or its place in the queue, in the same step in which it is counted.
      try await eventually("the third has come") { await function.jobCount == 3 }
      #expect(await function.queuedJobCount == 1, "the third has to wait")
      try scripted.touch("go")
      let answers = await [first, second, third]
      #expect(answers[0] != answers[1])
      #expect(answers[2] == answers[0] || answers[2] == answers[1])
      #expect(scripted.lines(of: "pids").count == 2)
    }
  }

  @Test func `Whoever waits is served in turn`() async throws {
    try await ScriptedFunction.with(Self.waits, environments: 1) { scripted in
      let function = scripted.function
      try await withThrowingTaskGroup(of: Void.self) { group in
        for event in 1...4 {
          group.addTask { await function.invoke(Array(String(event).utf8)) }
          try await eventually("it is taken") { await function.jobCount == event }
        }
        try scripted.touch("go")
        try await group.waitForAll()
      }
      #expect(scripted.lines(of: "seen") == ["1", "2", "3", "4"])
    }
  }

  @Test func `An invocation runs on when its caller waits no more`() async throws {
    try await ScriptedFunction.with(Self.waits + "; echo done >>done", environments: 1) { scripted in
      let function = scripted.function
      let caller = Task { await function.invoke([UInt8(ascii: "1")]) }
      try await eventually("it runs") { scripted.lines(of: "seen").count == 1 }
      caller.cancel()
      #expect(await caller.value == .cancelled)
      try scripted.touch("go")
      try await eventually("it ends") { scripted.lines(of: "done").count == 1 }
      _ = await function.invoke([UInt8(ascii: "2")])
      #expect(scripted.lines(of: "pids").count == 1, "and its process goes on")
    }
  }

  @Test func `An invocation that is given up before it begins never does`() async throws {
    try await ScriptedFunction.with(Self.waits, environments: 1) { scripted in
      let function = scripted.function
      async let first = function.invoke([UInt8(ascii: "1")])
      try await eventually("it runs") { scripted.lines(of: "seen") == ["1"] }
      let caller = Task { await function.invoke([UInt8(ascii: "2")]) }
      try await eventually("it waits") { await function.queuedJobCount == 1 }
      caller.cancel()
      #expect(await caller.value == .cancelled)
      #expect(await function.queuedJobCount == 0)
      try scripted.touch("go")
      _ = await first
      _ = await function.invoke([UInt8(ascii: "3")])
      #expect(scripted.lines(of: "seen") == ["1", "3"])
    }
  }

  @Test func `Failures are told whether or not anybody waits`() async throws {
    try await ScriptedFunction.with(#"if [ "$event" = 1 ]; then exit 3; else fail '{}'; fi"#) { scripted in
      #expect(await scripted.function.invoke([UInt8(ascii: "1")], requestID: "a") == .exited("exited with status 3"))
      let error = await scripted.function.invoke([UInt8(ascii: "2")], requestID: "b")
      #expect(error == .functionError(type: "Runtime.Unknown", body: Array("{}".utf8)))
      #expect(scripted.failures == ["a": .exited("exited with status 3"), "b": error])
    }
  }

  @Test func `Stopping ends invocations and processes`() async throws {
    try await ScriptedFunction.with(Self.waits, environments: 1) { scripted in
      let function = scripted.function
      async let running = function.invoke([UInt8(ascii: "1")])
      try await eventually("it runs") { scripted.lines(of: "seen") == ["1"] }
      async let queued = function.invoke([UInt8(ascii: "2")])
      try await eventually("it waits") { await function.queuedJobCount == 1 }
      await function.stop()
      #expect(await running == .cancelled)
      #expect(await queued == .cancelled)
      #expect(await function.invoke([UInt8(ascii: "3")]) == .cancelled)
      for pid in scripted.lines(of: "pids").compactMap({ pid_t($0) }) { #expect(kill(pid, 0) == -1) }
      #expect(scripted.failures == [:], "an end that was asked for is no failure")
    }
  }

  @Test func `Stopping at the very start ends as well`() async throws {
    for pause in 0..<10 {
      try await ScriptedFunction.with("answer 1") { scripted in
        let function = scripted.function
        async let starting = function.invoke([UInt8(ascii: "1")])
        // From before the process is there until after it has answered.
        try await Task.sleep(for: .milliseconds(5 * pause))
        await function.stop()
        _ = await starting
        for pid in scripted.lines(of: "pids").compactMap({ pid_t($0) }) { #expect(kill(pid, 0) == -1) }
      }
    }
  }
}
