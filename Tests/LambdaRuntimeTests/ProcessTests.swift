import Foundation
import JSON
import TestSupport
import Testing

@testable import LambdaRuntime
@testable import LocalLambda

/// The life of a process: how it begins, how it is told to end, and how it dies.
@Suite(.ownThread) struct ProcessTests {
  private func event(_ text: String, _ timeout: Duration = .seconds(20)) -> InvocationRequest {
    InvocationRequest(payload: Array(text.utf8), timeout: timeout)
  }

  private func lines(_ function: FunctionProcess, _ words: [String]) -> [String] {
    function.log.split(separator: "\n").map(String.init).filter { line in words.contains { line.contains($0) } }
  }

  // MARK: A clean end

  @Test func `SIGTERM ends a process that is idle, after its hooks, the last one first`() async throws {
    try await withFunction("hooks") { function in
      try await function.waitForPolls()
      let told = function.terminate()
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 0)
      #expect(exit.time - told < .milliseconds(300), "\(exit.time - told)")
      let sentences = lines(function, ["hook", "awaits"]).map { $0.drop { $0 != "I" } }
      #expect(
        sentences == [
          "INFO the hook that was added last", "INFO and what it awaits", "INFO the hook that was added first",
        ])
    }
  }

  @Test func `SIGTERM lets the invocation that runs come to its end`() async throws {
    try await withFunction("hooks") { function in
      try await function.waitForPolls()
      async let result = function.api.invoke(event("wait 300"))
      try await function.waitForLog("waiting")
      function.terminate()
      #expect(await result == .response(Array("wait 300".utf8)))
      let responded = ContinuousClock.now
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 0)
      #expect(exit.time - responded < .milliseconds(300), "\(exit.time - responded)")
      #expect(function.log.contains("the hook that was added first"))
      #expect(await function.api.exchanges.filter { $0.path.hasSuffix("/invocation/next") }.count == 1)
    }
  }

  @Test func `A hook that hangs keeps nobody`() async throws {
    try await withFunction("hooks,hanging-hook") { function in
      try await function.waitForPolls()
      let told = function.terminate()
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 0)
      // Lambda's SIGKILL comes after half a second.
      #expect(exit.time - told < .milliseconds(450), "\(exit.time - told)")
      #expect(function.log.contains("WARN what was to be done at the end was not done in a quarter of a second"))
    }
  }

  @Test func `A second SIGTERM does not cut the hooks short`() async throws {
    try await withFunction("slow-hook") { function in
      try await function.waitForPolls()
      function.terminate()
      try await function.waitForLog("a hook begins")
      function.terminate()
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 0)
      #expect(function.log.contains("a hook is done"))
      #expect(!function.log.contains("WARN"))
    }
  }

  @Test func `SIGTERM while the process starts ends it once that is done, and no event is asked for`() async throws {
    try await withFunction("slow-init,hooks") { function in
      try await function.waitForLog("init begins")
      function.terminate()
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 0)
      #expect(function.log.contains("the hook that was added first"))
      #expect(await function.api.exchanges.allSatisfy { $0.status != 200 || !$0.path.hasSuffix("/next") })
    }
  }

  // MARK: Deadlines

  @Test func `A handler that hangs is answered for, the process ends, and a new one serves the next event`()
    async throws
  {
    let api = try await RuntimeAPI.start()
    let environment = ExecutionEnvironment(
      bootstrap: Repository.product("TestFunction").path, runtimeAPI: api,
      caller: ["LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? ""],
      configured: ["_HANDLER": "observer"])
    let time = await ContinuousClock().measure {
      let result = await environment.invoke(event("hang 30000", .seconds(3)))
      guard case .functionError("Function.DeadlineExceeded", _) = result else {
        Issue.record("\(result)")
        return
      }
    }
    #expect(time > .milliseconds(2_500) && time < .seconds(3) + .milliseconds(500), "\(time)")
    try await waitUntil("the process's end") { await api.isRuntimeGone }
    #expect(await environment.invoke(event("echo")) == .response(Array("echo".utf8)))
    await environment.end()
    await api.stop()
  }

  @Test func `A process whose handler hangs ends with an error that names the request`() async throws {
    try await withFunction("observer") { function in
      var hang = event("hang 30000", .milliseconds(600))
      hang.requestID = "it-was-this-one"
      guard case .functionError("Function.DeadlineExceeded", _) = await function.api.invoke(hang) else {
        Issue.record("not told in time")
        return
      }
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 1)
      #expect(function.log.contains("ERROR it-was-this-one The handler was not done in time, and does not stop."))
      #expect(function.log.contains("INFO ended it-was-this-one Function.DeadlineExceeded"))
    }
  }

  // MARK: The extension

  @Test func `The process is an extension before it asks for an event`() async throws {
    try await withFunction { function in
      try await function.waitForPolls()
      try await waitUntil("three calls") { await function.api.exchanges.count == 3 }
      let exchanges = await function.api.exchanges
      #expect(exchanges[0].path == "/2020-01-01/extension/register" && exchanges[0].status == 200)
      #expect(exchanges[0].headers["lambda-extension-name"] == "runtime")
      #expect(
        Set(exchanges.dropFirst().map(\.path)) == [
          "/2020-01-01/extension/event/next", "/2018-06-01/runtime/invocation/next",
        ])
      #expect(exchanges.dropFirst().allSatisfy { $0.status == nil }, "both wait")
      #expect(function.log.isEmpty)
    }
  }

  @Test func `RUNTIME_EXTENSION=0 leaves the extension out`() async throws {
    try await withFunction(variables: ["RUNTIME_EXTENSION": "0"]) { function in
      #expect(await function.api.invoke(event("a")) == .response(Array("a".utf8)))
      #expect(await function.api.exchanges.allSatisfy { !$0.path.contains("extension") })
      #expect(function.log.isEmpty)
    }
  }

  @Test(arguments: [
    ("RUNTIME_EXTENSION", "yes"), ("AWS_LAMBDA_MAX_CONCURRENCY", "many"), ("AWS_LAMBDA_MAX_CONCURRENCY", "0"),
  ])
  func `A bad value is an init error that names the variable`(variable: String, value: String) async throws {
    try await withFunction(variables: [variable: value]) { function in
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 1)
      let error = try #require(await function.api.initError)
      #expect(error.type == "Function.InvalidConfiguration")
      #expect(try JSONDocument(error.body).root.member("errorMessage").string().contains(variable))
    }
  }

  @Test func `A Runtime API without extensions is worth a warning, and everything works`() async throws {
    let refusal = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    let event = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\nContent-Length: 4\r\n\r\necho"
    let server = try ScriptedServer([
      .cutOff(refusal), .answer(event), .answer("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"),
      .answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
    ])
    defer { server.stop() }
    let process = try Started(server.endpoint)
    #expect(process.exit() == 1)
    #expect(
      server.requests.map { $0.line.split(separator: " ")[1].split(separator: "/").last } == [
        "register", "next", "response", "next",
      ])
    #expect(process.log.contains("WARN not registered as an extension (status 404)"))
  }

  @Test func `A Runtime API that is not there is worth a warning before it is the end`() throws {
    let process = try Started("127.0.0.1:\(SilentListener().port)")
    #expect(process.exit() == 1)
    #expect(process.log.contains("WARN not registered as an extension"))
    #expect(process.log.contains("FATAL GET /runtime/invocation/next got no answer"))
  }

  // MARK: Snapshots

  private var snapStart: RuntimeAPI.Options {
    var options = RuntimeAPI.Options()
    options.isSnapStart = true
    return options
  }

  @Test func `Hooks run before a snapshot and after it is restored, and then comes the first event`() async throws {
    try await withFunction("hooks,observer", options: snapStart) { function in
      try await waitUntil("a snapshot") { await function.api.holdsSnapshot }
      // The log comes by another way.
      try await waitUntil("two hooks") { lines(function, ["snapshot", "once more", "restored"]).count == 2 }
      // Hours, as far as this test is concerned.
      try await Task.sleep(for: .milliseconds(600))
      await function.api.restore()
      #expect(await function.api.invoke(event("a")) == .response(Array("a".utf8)))
      try await function.waitForLog("ended")
      #expect(function.log.contains("well quick=true"), "the time in the snapshot is none that it took to start")
      let hooks = lines(function, ["snapshot", "once more", "restored"])
      #expect(hooks.count == 3 && hooks[0].contains("before the snapshot") && hooks[2].contains("restored"))
      let paths = await function.api.exchanges.map(\.path).filter { $0.contains("/runtime/") && $0.hasSuffix("/next") }
      #expect(paths.prefix(2) == ["/2018-06-01/runtime/restore/next", "/2018-06-01/runtime/invocation/next"])
    }
  }

  @Test func `A hook that fails before the snapshot is an init error`() async throws {
    try await withFunction("failing-snapshot", options: snapStart) { function in
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 1)
      #expect(await function.api.initError?.type == "Function.HookFailed")
      #expect(await function.api.exchanges.allSatisfy { !$0.path.contains("restore") })
      #expect(function.log.contains("FATAL The hook failed. errorType=Function.HookFailed"))
    }
  }

  @Test func `A hook that fails after the snapshot is a restore error`() async throws {
    try await withFunction("failing-restore", options: snapStart) { function in
      try await waitUntil("a snapshot") { await function.api.holdsSnapshot }
      await function.api.restore()
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 1)
      let post = try #require(await function.api.exchanges.last)
      #expect(post.path.hasSuffix("/runtime/restore/error") && post.status == 202)
      #expect(post.headers["lambda-runtime-function-error-type"] == "Function.HookFailed")
      #expect(await function.api.exchanges.allSatisfy { !$0.path.hasSuffix("/invocation/next") })
    }
  }

  @Test func `SIGTERM ends a process that waits in its snapshot`() async throws {
    try await withFunction("hooks", options: snapStart) { function in
      try await waitUntil("a snapshot") { await function.api.holdsSnapshot }
      let told = function.terminate()
      let exit = try await function.exit()
      #expect(!exit.isSignal && exit.status == 0)
      #expect(exit.time - told < .milliseconds(300), "\(exit.time - told)")
      #expect(function.log.contains("the hook that was added first"))
    }
  }

  @Test func `Without SnapStart there is no snapshot, and no hook of one`() async throws {
    try await withFunction("hooks") { function in
      #expect(await function.api.invoke(event("a")) == .response(Array("a".utf8)))
      #expect(await function.api.exchanges.allSatisfy { !$0.path.contains("restore") })
      #expect(function.log.isEmpty)
    }
  }

  // MARK: Crashes

  @Test(
    arguments: [
      ("trap", [SIGILL, SIGTRAP], "a trap, such as"), ("fault", [SIGSEGV], "SIGSEGV"),
      ("overflow", [SIGSEGV], "SIGSEGV"),
      ("abort", [SIGABRT], "SIGABRT"),
    ], [false, true])
  func `A crash leaves a line with the request, and is one`(
    _ crash: (event: String, signals: [Int32], words: String), isJSON: Bool
  ) async throws {
    try await withFunction(variables: ["AWS_LAMBDA_LOG_FORMAT": isJSON ? "JSON" : "Text"]) { function in
      let id = "it-was-this-one"
      var request = event(crash.event)
      request.requestID = id
      #expect(await function.api.invoke(request) == .exited("ended"))
      let exit = try await function.exit()
      #expect(exit.isSignal && crash.signals.contains(exit.status), "\(exit)")
      let line = try #require(lines(function, ["The process crashed"]).first)
      #expect(lines(function, ["The process crashed"]).count == 1)
      guard isJSON else {
        #expect(line.dropFirst(24).hasPrefix(" FATAL \(id) The process crashed: \(crash.words)"), "\(line)")
        return
      }
      let root = try JSONDocument(Array(line.utf8)).root
      #expect(try root.member("level").string() == "FATAL")
      #expect(try root.member("requestId").string() == id)
      #expect(try root.member("message").string().hasPrefix("The process crashed: \(crash.words)"))
      #expect(try root.member("timestamp").string().hasSuffix("Z"))
    }
  }

  @Test func `A crash names the request of its own thread`() async throws {
    var options = RuntimeAPI.Options()
    options.maximumConcurrency = 4
    try await withFunction(options: options) { function in
      try await function.waitForPolls(4)
      async let beside = function.api.invoke(event("wait 20000"))
      try await waitUntil("it") {
        await function.api.exchanges.contains { $0.status == 200 && $0.path.hasSuffix("n/next") }
      }
      var crash = event("fault")
      crash.requestID = "it-was-this-one"
      #expect(await function.api.invoke(crash) == .exited("ended"))
      #expect(await beside == .exited("ended"))
      _ = try await function.exit()
      let line = try #require(lines(function, ["The process crashed"]).first)
      #expect(try JSONDocument(Array(line.utf8)).root.member("requestId").string() == "it-was-this-one")
    }
  }
}

/// TestFunction on a Runtime API that is none of the emulator's.
private final class Started {
  private let process = Process()
  private let pipe = Pipe()
  private(set) var log = ""

  init(_ endpoint: String) throws {
    process.executableURL = Repository.product("TestFunction")
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
      .merging(["AWS_LAMBDA_RUNTIME_API": endpoint]) { $1 }
    process.standardError = pipe
    try process.run()
  }

  /// - Returns: Its status.
  func exit() -> Int32 {
    log = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus
  }
}
