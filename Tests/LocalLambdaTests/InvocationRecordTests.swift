import Foundation
import Synchronization
import Testing

@testable import LocalLambda

/// What is known of an invocation when it has ended.
@Suite(.timeLimit(.minutes(3)))
struct InvocationRecordTests {
  @Test func `A cold start has its time in the record, a warm invocation has none`() async throws {
    try await ScriptedFunction.with(#"sleep 0.05; answer "1""#, preparation: "sleep 0.1") { scripted in
      let cold = await scripted.function.record(of: InvocationRequest(payload: [UInt8(ascii: "1")]), requestID: "a")
      let warm = await scripted.function.record(of: InvocationRequest(payload: [UInt8(ascii: "2")]), requestID: "b")
      #expect(try #require(cold.initialization) >= .milliseconds(100))
      #expect(warm.initialization == nil)
      for record in [cold, warm] {
        let duration = try #require(record.duration)
        #expect(duration >= .milliseconds(50) && duration < .seconds(20))
        #expect(try #require(record.maximumMemoryUsed) > 1 << 20)
      }
      let report = try #require(cold.report)
      let format =
        #/REPORT RequestId: a\tDuration: (\d+\.\d\d) ms\tBilled Duration: (\d+) ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: (\d+\.\d\d) ms/#
      let parts = try #require(try format.wholeMatch(in: report), "\(report)")
      let (duration, billed, initialization) = (Double(parts.1) ?? 0, Double(parts.2) ?? 0, Double(parts.3) ?? 0)
      #expect(abs(billed - (duration + initialization).rounded(.up)) <= 1, "both are billed: \(report)")
      #expect(try #require(warm.report).hasSuffix(" MB"))
    }
  }

  @Test func `An environment that was up before has no cold start`() async throws {
    try await ScriptedFunction.with(#"answer 1"#, preparation: "sleep 0.1") { scripted in
      #expect(await scripted.function.initialize() == nil)
      let record = await scripted.function.record(of: InvocationRequest(payload: [UInt8(ascii: "1")]), requestID: "a")
      #expect(record.initialization == nil)
    }
  }

  @Test(arguments: [
    ("exit 3", #"\tStatus: error\tError Type: Runtime.ExitError"#), ("sleep 60", #"\tStatus: timeout"#),
    ("fail '{}'", ""),
  ])
  func `A report says how it ended`(_ script: String, _ end: String) async throws {
    try await ScriptedFunction.with(script, timeout: .seconds(1)) { scripted in
      let record = await scripted.function.record(of: InvocationRequest(payload: [UInt8(ascii: "1")]), requestID: "a")
      let format = try Regex("REPORT RequestId: a\tDuration: .*(MB|ms)\(end)")
      #expect(try format.wholeMatch(in: try #require(record.report)) != nil, "\(record.report ?? "")")
    }
  }

  @Test func `With the log format JSON, Lambda's own lines are JSON`() async throws {
    let variables = ["AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"]
    try await ScriptedFunction.with(#"echo '{"message":"hi"}'; answer 1"#, variables: variables) { scripted in
      let record = await scripted.function.record(of: InvocationRequest(payload: [UInt8(ascii: "1")]), requestID: "a")
      let lines = try record.logTail.split(separator: UInt8(ascii: "\n")).map {
        try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
      }
      #expect(
        lines.map { $0["type"] as? String ?? $0["message"] as? String } == ["platform.start", "hi", "platform.report"])
      let report = try #require(lines[2]["record"] as? [String: Any])
      let metrics = try #require(report["metrics"] as? [String: Any])
      #expect(report["requestId"] as? String == "a" && report["status"] as? String == "success")
      #expect(metrics["memorySizeMB"] as? Int == 256 && metrics["initDurationMs"] != nil)
    }
  }

  @Test func `Of several invocations at once, each has the lines that name it`() async throws {
    let script = #"echo "$id begins"; echo "a line of nobody"; echo "$id ends"; answer 1"#
    try await ScriptedFunction.with(script, managed: 2) { scripted in
      async let first = scripted.function.record(
        of: InvocationRequest(payload: [UInt8(ascii: "1")]), requestID: "first")
      async let second = scripted.function.record(
        of: InvocationRequest(payload: [UInt8(ascii: "2")]), requestID: "second")
      for (record, id) in await [(first, "first"), (second, "second")] {
        #expect(String(decoding: record.log, as: UTF8.self) == "\(id) begins\n\(id) ends\n")
      }
    }
  }

  @Test func `Each invocation is told of when it begins, and when it ends`() async throws {
    let told = Told()
    let function = Function(
      .init(name: "missing", bootstrap: "/nonexistent/bootstrap", timeout: .seconds(5))
    ) { told.note($0) }
    _ = await function.invoke([UInt8(ascii: "7")], requestID: "a")
    await function.stop()
    #expect(told.lines == ["began a 7", "ended a"])
  }

  private final class Told: Sendable {
    private let list = Mutex<[String]>([])
    var lines: [String] { list.withLock { $0 } }

    func note(_ progress: InvocationProgress) {
      let line =
        switch progress {
        case .began(let start): "began \(start.requestID) \(String(decoding: start.payload, as: UTF8.self))"
        case .ended(let record): "ended \(record.start.requestID)"
        }
      list.withLock { $0.append(line) }
    }
  }

  // MARK: Replacing and killing

  @Test func `A new executable takes over, and what runs in the old one comes to its end`() async throws {
    let waits = #"echo "$event" >>seen; [ "$event" = 1 ] && while [ ! -e go ]; do sleep 0.05; done; answer "$$""#
    try await ScriptedFunction.with(waits) { scripted in
      let function = scripted.function
      async let running = function.invoke([UInt8(ascii: "1")])
      try await eventually("it runs") { scripted.lines(of: "seen") == ["1"] }
      #expect(await function.replace() == nil)
      let old = scripted.lines(of: "pids")[0]
      let new = scripted.lines(of: "pids")[1]
      #expect(await function.invoke([UInt8(ascii: "2")]) == .response(Array(new.utf8)))
      try scripted.touch("go")
      #expect(await running == .response(Array(old.utf8)))
      #expect(await function.invoke([UInt8(ascii: "3")]) == .response(Array(new.utf8)))
      try await eventually("the old one is gone") { kill(try #require(pid_t(old)), 0) != 0 }
    }
  }

  @Test(arguments: [true, false])
  func `While the old ones are at their work, there are as many new ones as there may be`(_ isBefore: Bool) async throws
  {
    let waits = #"echo "$event" >>seen; while [ ! -e go ]; do sleep 0.05; done; answer "$event""#
    try await ScriptedFunction.with(waits, environments: 2) { scripted in
      let function = scripted.function
      async let first = function.invoke([UInt8(ascii: "1")])
      async let second = function.invoke([UInt8(ascii: "1")])
      try await eventually("both run") { scripted.lines(of: "seen").count == 2 }
      if !isBefore { #expect(await function.replace() == nil) }
      async let third = function.invoke([UInt8(ascii: "2")])
      async let fourth = function.invoke([UInt8(ascii: "2")])
      if isBefore {
        try await eventually("both wait") { await function.queuedJobCount == 2 }
        #expect(await function.replace() == nil)
      }
      try await eventually("all four run") { scripted.lines(of: "seen") == ["1", "1", "2", "2"] }
      try scripted.touch("go")
      for result in await [first, second, third, fourth] {
        guard case .response = result else {
          Issue.record("\(result)")
          return
        }
      }
    }
  }

  @Test func `An executable that does not come up replaces nothing`() async throws {
    try await ScriptedFunction.with(#"answer "$$""#, preparation: "mkdir bad 2>/dev/null || exit 9") { scripted in
      let function = scripted.function
      let first = await function.invoke([UInt8(ascii: "1")])
      #expect(await function.replace() == .exited("exited with status 9"))
      #expect(await function.invoke([UInt8(ascii: "2")]) == first)
    }
  }

  @Test func `A kill is over when the process is gone`() async throws {
    try await ScriptedFunction.with("answer 1") { scripted in
      for count in 1...5 {
        #expect(await scripted.function.invoke([UInt8(ascii: "1")]) == .response([UInt8(ascii: "1")]))
        await scripted.function.kill()
        let pids = scripted.lines(of: "pids")
        #expect(pids.count == count)
        let pid = try #require(pids.last.flatMap { pid_t($0) })
        #expect(kill(pid, 0) != 0)
      }
    }
  }

  @Test(arguments: [nil, 2]) func `After a kill the next invocation gets a fresh process`(_ managed: Int?) async throws
  {
    let script = #"echo "$event" >>seen; [ "$event" = 1 ] && sleep 60; answer "$$""#
    try await ScriptedFunction.with(script, managed: managed) { scripted in
      let function = scripted.function
      async let running = function.invoke([UInt8(ascii: "1")])
      try await eventually("it runs") { scripted.lines(of: "seen") == ["1"] }
      await function.kill()
      #expect(await running == .exited("was ended by signal 9 (Killed)"))
      guard case .response = await function.invoke([UInt8(ascii: "2")]) else {
        Issue.record("no answer")
        return
      }
      #expect(scripted.lines(of: "pids").count == 2)
    }
  }
}
