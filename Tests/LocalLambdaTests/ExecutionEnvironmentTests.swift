import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import LocalLambda

/// Processes that never ask for an event; those that do are tested through `cruddur invoke`.
@Suite(.timeLimit(.minutes(3)))
struct ExecutionEnvironmentTests {
  private static let request = InvocationRequest(payload: Array("{}".utf8), timeout: .seconds(20))

  @Test(arguments: [
    ("exit 3", "exited with status 3"),
    ("exit 0", "exited with status 0"),
    ("kill -SEGV $$", "was ended by signal 11 (Segmentation fault)"),
    ("kill -KILL $$", "was ended by signal 9 (Killed)"),
  ])
  func `A process that ends ends its invocation`(script: String, phrase: String) async throws {
    let result = try await invoke(script: script)
    #expect(result == .exited(phrase))
  }

  @Test func `A program that is not there ends its invocation`() async throws {
    try await withRuntimeAPI { api, _ in
      let environment = ExecutionEnvironment(bootstrap: "/nowhere/bootstrap", runtimeAPI: api)
      let result = await environment.invoke(Self.request)
      guard case .exited(let reason) = result else {
        Issue.record("the invocation ended as \(result)")
        return
      }
      #expect(reason.hasPrefix("could not be started: "))
      #expect(!reason.hasSuffix("."), "it is the end of someone's sentence: \(reason)")
    }
  }

  @Test func `What a process uses includes what it has started, until it is gone`() async throws {
    // The shell itself waits: it is the other one that computes.
    let script = "(i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done; touch done; sleep 60) & wait"
    try await withRuntimeAPI { api, _ in
      try await withBootstrap(script) { path, directory in
        let environment = ExecutionEnvironment(bootstrap: path, runtimeAPI: api)
        #expect(await environment.usage == nil)
        async let result = environment.invoke(Self.request)
        try await eventually("it has computed") { access(directory.appending(path: "done").path(), F_OK) == 0 }
        let usage = try #require(await environment.usage)
        #expect(usage.cpuTime > .milliseconds(100), "\(usage)")
        // Two shells and a sleep have more than one process could.
        #expect(usage.residentBytes > 4 << 20 && usage.peakResidentBytes >= usage.residentBytes, "\(usage)")
        await environment.end()
        _ = await result
        #expect(await environment.usage == nil)
      }
    }
  }

  @Test func `A process may write elsewhere, and then there is no log`() async throws {
    try await withRuntimeAPI { api, _ in
      try await withBootstrap("echo said; echo complained >&2; exit 3") { path, directory in
        let file = try FileDescriptor.open(
          directory.appending(path: "output").path(), .writeOnly, options: .create, permissions: .ownerReadWrite)
        let environment = ExecutionEnvironment(bootstrap: path, runtimeAPI: api, output: file)
        let record = await environment.record(of: Self.request)
        #expect(record.result == .exited("exited with status 3") && record.log.isEmpty)
        let written = try String(contentsOf: directory.appending(path: "output"), encoding: .utf8)
        #expect(written == "said\ncomplained\n")
        await environment.end()
        try file.close()
      }
    }
  }

  @Test func `A process that ended after its answer is replaced`() async throws {
    let script = #"""
      api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
      id=$(curl --silent --noproxy '*' --dump-header - --output event "$api/next" |
        sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\([^\r]*\)\r*$/\1/Ip')
      curl --silent --noproxy '*' --data-binary @event "$api/$id/response"
      exit 3
      """#
    try await withRuntimeAPI { api, _ in
      try await withBootstrap(script) { path, _ in
        let environment = ExecutionEnvironment(bootstrap: path, runtimeAPI: api)
        for _ in 1...2 {
          #expect(await environment.invoke(Self.request) == .response(Array("{}".utf8)))
          try await eventually("it is known that the process ended") { await api.isRuntimeGone }
        }
        await environment.end()
      }
    }
  }

  @Test func `A process that ends some time after its response is not given another event`() async throws {
    try await ScriptedFunction.with(#"answer "$$"; sleep 0.2; exit 1"#, environments: 1) { scripted in
      var processes: Set<[UInt8]> = []
      for _ in 0..<3 {
        guard case .response(let process) = await scripted.function.invoke(Array("{}".utf8)) else {
          Issue.record("an event was lost with a process that had answered before")
          return
        }
        processes.insert(process)
      }
      #expect(processes.count == 3)
    }
  }

  /// A runtime that works on for ever, and one whose extension does.
  private static let neverReady = [
    ("", #"answer "$$"; exec sleep 600"#),
    (
      #"""
      extension=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension
      id=$(curl --silent --noproxy '*' --dump-header - --output registered --header 'Lambda-Extension-Name: own' \
        --data '{"events":["INVOKE"]}' "$extension/register" |
        sed -n 's/^Lambda-Extension-Identifier: *\([^\r]*\)\r*$/\1/Ip')
      curl --silent --noproxy '*' --output told --header "Lambda-Extension-Identifier: $id" "$extension/event/next" &
      """#, #"answer "$$""#
    ),
  ]

  @Test(arguments: neverReady)
  func `A process that does not ask again in the time of its last invocation is ended, and replaced`(
    preparation: String, script: String
  ) async throws {
    try await ScriptedFunction.with(
      script, timeout: .milliseconds(800), environments: 1, preparation: preparation
    ) { scripted in
      for count in 1...2 {
        guard case .response = await scripted.function.invoke(Array("{}".utf8)) else {
          Issue.record("an event was given to a process that was not ready")
          return
        }
        #expect(scripted.lines(of: "pids").count == count)
      }
    }
  }

  @Test func `A process that does not ask for an event is ended`() async throws {
    let result = try await invoke(script: "echo $$ >pid; sleep 60", initLimit: .milliseconds(500)) { directory in
      try expectReaped(directory)
    }
    #expect(result == .initTimedOut)
  }

  @Test func `A process is killed, and so are its children`() async throws {
    let script = "trap '' TERM; sleep 60 & echo $! >child; echo $$ >pid; wait"
    let result = try await invoke(script: script, initLimit: .milliseconds(500)) { directory in
      try expectReaped(directory)
      let child = try #require(readPID(directory, file: "child"))
      try await eventually("the child is gone") { isGone(child) }
    }
    #expect(result == .initTimedOut)
  }

  @Test func `What a process has started ends with it, even if it ends by itself`() async throws {
    let result = try await invoke(script: "sleep 60 & echo $! >child; exit 3") { directory in
      let child = try #require(readPID(directory, file: "child"))
      try await eventually("the child is gone") { isGone(child) }
    }
    #expect(result == .exited("exited with status 3"))
  }

  @Test func `On demand a process that does not respond in time is ended, and replaced`() async throws {
    try await ScriptedFunction.with(
      #"[ "$event" = 1 ] && exec sleep 60; answer 2"#, timeout: .seconds(1), environments: 1
    ) { scripted in
      #expect(await scripted.function.invoke([UInt8(ascii: "1")]) == .timedOut)
      #expect(await scripted.function.invoke([UInt8(ascii: "2")]) == .response([UInt8(ascii: "2")]))
      let pids = scripted.lines(of: "pids").compactMap { pid_t($0) }
      #expect(pids.count == 2)
      let first = try #require(pids.first)
      #expect(kill(first, 0) == -1, "it has gone on")
    }
  }

  @Test func `An invocation that is cancelled ends the process`() async throws {
    try await withRuntimeAPI { api, _ in
      try await withBootstrap("echo $$ >pid; sleep 60") { path, directory in
        let caller = Task {
          let environment = ExecutionEnvironment(bootstrap: path, runtimeAPI: api)
          return await environment.invoke(Self.request)
        }
        try await eventually("the process runs") { readPID(directory) != nil }
        caller.cancel()
        #expect(await caller.value == .cancelled)
        try expectReaped(directory)
      }
    }
  }

  @Test func `An environment that is dropped ends its process`() async throws {
    try await withRuntimeAPI { api, curl in
      try await withBootstrap("echo $$ >pid; sleep 60") { path, directory in
        let dropping = Task {
          let environment = ExecutionEnvironment(bootstrap: path, runtimeAPI: api)
          return await environment.invoke(Self.request)
        }
        // Answered in the process's place, so that it lives when its owner is dropped.
        try await eventually("the process runs") { readPID(directory) != nil }
        let id = try await curl.next().requestID
        _ = try await curl.post("/invocation/\(id)/response")
        #expect(await dropping.value == .response(Array("{}".utf8)))
        let pid = try #require(readPID(directory))
        try await eventually("the process is gone") { isGone(pid) }
      }
    }
  }

  // MARK: Scripts

  private func invoke(
    script: String, initLimit: Duration = .seconds(10), check: (URL) async throws -> Void = { _ in }
  ) async throws -> InvocationResult {
    var result = InvocationResult.cancelled
    try await withRuntimeAPI { api, _ in
      try await withBootstrap(script) { path, directory in
        let environment = ExecutionEnvironment(bootstrap: path, runtimeAPI: api, initLimit: initLimit)
        result = await environment.invoke(Self.request)
        try await check(directory)
      }
    }
    return result
  }

  private func withBootstrap(_ script: String, _ test: (_ path: String, _ directory: URL) async throws -> Void)
    async throws
  {
    let directory = FileManager.default.temporaryDirectory.appending(path: "bootstrap-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appending(path: "bootstrap").path()
    try writeExecutable("#!/bin/bash\ncd '\(directory.path())' || exit 1\n\(script)\n", to: path)
    try await test(path, directory)
  }

  /// The process id that a script wrote, once it is written as a whole.
  private func readPID(_ directory: URL, file: String = "pid") -> pid_t? {
    let text = try? String(contentsOf: directory.appending(path: file), encoding: .utf8)
    return text.flatMap { $0.hasSuffix("\n") ? pid_t($0.dropLast()) : nil }
  }

  private func expectReaped(_ directory: URL) throws {
    let pid = try #require(readPID(directory), "the script wrote no pid")
    #expect(kill(pid, 0) == -1, "\(pid) is not reaped")
  }

  /// Whether a process has ended; an orphan stays as a zombie for as long as its new parent likes.
  private func isGone(_ pid: pid_t) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
    return stat.firstRange(of: ") Z ") != nil
  }
}
