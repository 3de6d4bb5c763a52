import Foundation
import Glibc
import JSON
import TestSupport
import Testing

@testable import LocalLambda

/// The Extensions API, of which a runtime needs enough to be ended in good time.
@Suite(.timeLimit(.minutes(3)))
struct ExtensionTests {
  private static func register(
    _ api: RuntimeAPI, _ curl: Curl, name: String? = "own", body: String = #"{"events":[]}"#,
    headers: [String] = []
  ) async throws -> Curl.Answer {
    let name = name.map { ["Lambda-Extension-Name: \($0)"] } ?? []
    return try await curl.send(
      "http://\(api.endpoint)/2020-01-01/extension/register",
      ["--data-binary", "@-"] + (name + headers).flatMap { ["--header", $0] }, body: body)
  }

  private static func call(
    _ api: RuntimeAPI, _ curl: Curl, _ path: String, _ identifier: String? = nil, type: String? = nil,
    body: String? = nil
  ) async throws -> Curl.Answer {
    let headers =
      (identifier.map { ["--header", "Lambda-Extension-Identifier: \($0)"] } ?? [])
      + (type.map { ["--header", "Lambda-Extension-Function-Error-Type: \($0)"] } ?? [])
    return try await curl.send(
      "http://\(api.endpoint)/2020-01-01/extension/\(path)", headers + (body == nil ? [] : ["--data-binary", "@-"]),
      body: body ?? "")
  }

  private static func errorType(_ answer: Curl.Answer) -> String? {
    try? JSONDocument(Array(answer.body.utf8)).root["errorType"]?.string()
  }

  @Test func `An extension is given an identifier, and its call for an event waits`() async throws {
    var options = RuntimeAPI.Options()
    options.handler = "cruddur.events"
    try await withRuntimeAPI(options) { api, curl in
      let answer = try await Self.register(api, curl, headers: ["Lambda-Extension-Accept-Feature: accountId"])
      #expect(answer.status == 200)
      #expect(
        answer.body == #"{"functionName":"local","functionVersion":"$LATEST","handler":"cruddur.events","#
          + #""accountId":"123456789012"}"#)
      let identifier = try #require(answer.headers["lambda-extension-identifier"])
      async let parked = Self.call(api, curl, "event/next", identifier)
      async let result = api.invoke(.patient)
      let event = try await curl.next()
      _ = try await curl.post("/invocation/\(event.requestID)/response", "1")
      #expect(await result == .response([UInt8(ascii: "1")]))
      await api.stop()
      #expect(try await parked.status == 500, "only the end of it all answers it")
    }
  }

  @Test(arguments: [
    (nil, #"{"events":[]}"#, "Extension.InvalidExtensionName"),
    ("own", "nonsense", "InvalidRequestFormat"), ("own", "[]", "InvalidRequestFormat"),
    ("own", #"{"events":["SHUTDOWN"]}"#, "Extension.InvalidEventType"),
    ("own", #"{"events":["OTHER"]}"#, "Extension.InvalidEventType"),
    ("taken", #"{"events":[]}"#, "Extension.InvalidExtensionState"),
  ])
  func `A registration that is not right is refused`(name: String?, body: String, type: String) async throws {
    try await withRuntimeAPI { api, curl in
      #expect(try await Self.register(api, curl, name: "taken").status == 200)
      let answer = try await Self.register(api, curl, name: name, body: body)
      #expect(answer.status == 403)
      #expect(Self.errorType(answer) == type)
    }
  }

  @Test func `Nobody registers after the first call for an event`() async throws {
    try await withRuntimeAPI { api, curl in
      async let waiting = curl.next()
      try await eventually("/next waits") { await api.waitingCalls == 1 }
      let answer = try await Self.register(api, curl)
      #expect(answer.status == 403)
      #expect(Self.errorType(answer) == "Extension.RegistrationClosed")
      await api.stop()
      _ = try await waiting
    }
  }

  @Test(arguments: [
    ("event/next", nil, nil, "Extension.MissingExtensionIdentifier"),
    ("event/next", "x", nil, "Extension.InvalidExtensionIdentifier"),
    ("event/next", "11111111-1111-4111-8111-111111111111", nil, "Extension.UnknownExtensionIdentifier"),
    ("init/error", nil, "Extension.Bad", "Extension.MissingExtensionIdentifier"),
    ("exit/error", "own", nil, "Extension.MissingHeader"),
  ])
  func `A call without what it needs is refused`(
    path: String, identifier: String?, errorType: String?, type: String
  ) async throws {
    try await withRuntimeAPI { api, curl in
      let own = try await Self.register(api, curl).headers["lambda-extension-identifier"]
      let body = path == "event/next" ? nil : "{}"
      let answer = try await Self.call(
        api, curl, path, identifier == "own" ? own : identifier, type: errorType, body: body)
      #expect(answer.status == 403)
      #expect(Self.errorType(answer) == type)
    }
  }

  @Test(arguments: [("GET", "other", 404), ("GET", "register", 405), ("POST", "event/next", 405)])
  func `Paths and methods that are not the Extensions API's are refused`(
    method: String, path: String, status: Int
  ) async throws {
    try await withRuntimeAPI { api, curl in
      let answer = try await curl.send("http://\(api.endpoint)/2020-01-01/extension/\(path)", ["--request", method])
      #expect(answer.status == status)
    }
  }

  @Test func `The runtime gets no event before its extension has asked for one`() async throws {
    try await withRuntimeAPI { api, curl in
      let identifier = try await Self.register(api, curl).headers["lambda-extension-identifier"]
      async let event = curl.next()
      try await eventually("/next waits") { await api.waitingCalls == 1 }
      async let result = api.invoke(.patient)
      try await Task.sleep(for: .milliseconds(100))
      #expect(await api.waitingCalls == 1)
      async let parked = Self.call(api, curl, "event/next", identifier)
      _ = try await curl.post("/invocation/\(event.requestID)/response", "1")
      #expect(await result == .response([UInt8(ascii: "1")]))
      await api.stop()
      _ = try await parked
    }
  }

  @Test func `An extension may be told of each invocation`() async throws {
    try await withRuntimeAPI { api, curl in
      let identifier = try await Self.register(api, curl, body: #"{"events":["INVOKE"]}"#)
        .headers["lambda-extension-identifier"]
      for _ in 1...2 {
        async let told = Self.call(api, curl, "event/next", identifier)
        async let result = api.invoke(.patient)
        let event = try await curl.next()
        _ = try await curl.post("/invocation/\(event.requestID)/response", "1")
        _ = await result
        let root = try JSONDocument(Array(try await told.body.utf8)).root
        #expect(try root["eventType"]?.string() == "INVOKE")
        #expect(try root["requestId"]?.string() == event.requestID)
        #expect(try root["deadlineMs"].map { "\(try $0.integer())" } == event.headers["lambda-runtime-deadline-ms"])
        #expect(try await told.headers["lambda-extension-event-identifier"] != nil)
      }
    }
    var options = RuntimeAPI.Options()
    options.maximumConcurrency = 2
    try await withRuntimeAPI(options) { api, curl in
      let answer = try await Self.register(api, curl, body: #"{"events":["INVOKE"]}"#)
      #expect(Self.errorType(answer) == "Extension.InvalidEventType", "not where several run at once")
    }
  }

  @Test func `What an attached runtime registered at its end does not keep the next from its event`() async throws {
    var options = RuntimeAPI.Options()
    options.isAttached = true
    try await withRuntimeAPI(options) { api, curl in
      #expect(try await curl.post("/init/error", "{}").status == 202)
      #expect(try await Self.register(api, curl).status == 200, "its thread does not know of the error yet")
      async let result = api.invoke(.patient)
      let identifier = try await Self.register(api, curl).headers["lambda-extension-identifier"]
      async let parked = Self.call(api, curl, "event/next", identifier)
      let event = try await curl.next()
      _ = try await curl.post("/invocation/\(event.requestID)/response", "1")
      #expect(await result == .response([UInt8(ascii: "1")]))
      await api.stop()
      _ = try await parked
    }
  }

  @Test func `What an attached runtime was at ends when the next registers, even if that is refused`() throws {
    var state = RuntimeState(rules: .init(functionARN: "arn", isAttached: true))
    func registration(_ call: Int, _ events: [String]) -> RuntimeState.Input {
      .extensionCall(call, .register(ExtensionCall.Registration(name: "own", events: events)))
    }
    let answer = try #require(state.play(registration(1, [])).response(to: 1))
    let identifier = try #require(answer.headers["Lambda-Extension-Identifier"])
    state.play(.extensionCall(2, .next(identifier)), .call(3, .next))
    #expect(state.play(.invoke(.sample("a"))).status(of: 3) == 200)
    let effects = state.play(registration(4, ["SHUTDOWN"]))
    #expect(effects.status(of: 4) == 403)
    #expect(effects.status(of: 2) == 500, "its extension waits no more")
    #expect(effects.result(of: "a") == .exited("was ended"), "whoever invoked it waits no more")
  }

  @Test func `An extension's init error is the runtime's`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let identifier = try await Self.register(api, curl).headers["lambda-extension-identifier"]
      let answer = try await Self.call(api, curl, "init/error", identifier, type: "Extension.Bad", body: #"{"a":1}"#)
      #expect(answer.status == 202)
      #expect(await result == .initError(type: "Extension.Bad", body: Array(#"{"a":1}"#.utf8)))
      #expect(try await curl.next().status == 403)
    }
  }

  @Test func `An extension that ends with an error ends the runtime`() async throws {
    try await withRuntimeAPI { api, curl in
      let identifier = try await Self.register(api, curl).headers["lambda-extension-identifier"]
      async let parked = Self.call(api, curl, "event/next", identifier)
      async let result = api.invoke(.patient)
      _ = try await curl.next()
      let late = try await Self.call(api, curl, "init/error", identifier, type: "Extension.Bad", body: "{}")
      #expect(Self.errorType(late) == "Extension.InvalidExtensionState", "its init is over")
      #expect(
        try await Self.call(api, curl, "exit/error", identifier, type: "Extension.Bad", body: "{}").status == 202)
      #expect(await result == .exited("was ended because its extension own reported Extension.Bad"))
      _ = try await parked
    }
  }

  // MARK: The end of a process

  /// Runs a process that echoes one event, and ends it: what it wrote into the file `signals`, and how long its end took.
  private static func end(registers: Bool, trap: String, managed: Int? = nil) async throws -> ([String], Duration) {
    let register = #"""
      identifier=$(curl --silent --noproxy '*' --dump-header - --output /dev/null --data '{"events":[]}' \
        --header 'Lambda-Extension-Name: own' "http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension/register" |
        sed -n 's/^Lambda-Extension-Identifier: *\([^\r]*\)\r*$/\1/Ip')
      curl --silent --noproxy '*' --header "Lambda-Extension-Identifier: $identifier" \
        "http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension/event/next" >/dev/null &
      """#
    var result: ([String], Duration) = ([], .zero)
    // What waits for an event in the foreground would keep the shell from its signal.
    try await ScriptedFunction.with(
      "answer 1; sleep 60 & wait", managed: managed, preparation: (registers ? register : "") + "\n" + trap
    ) { scripted in
      #expect(await scripted.function.invoke([UInt8(ascii: "1")]) == .response([UInt8(ascii: "1")]))
      let duration = await ContinuousClock().measure { await scripted.function.stop() }
      result = (scripted.lines(of: "signals"), duration)
      for pid in scripted.lines(of: "pids").compactMap({ pid_t($0) }) { #expect(kill(pid, 0) == -1) }
    }
    return result
  }

  @Test func `A runtime with an extension gets SIGTERM, and time to end`() async throws {
    let (signals, _) = try await Self.end(
      registers: true, trap: "trap 'echo begun >>signals; sleep 0.1; echo done >>signals; exit' TERM")
    #expect(signals == ["begun", "done"])
  }

  @Test(arguments: [(nil, 500), (1, 600)] as [(Int?, Int)])
  func `A runtime with an extension that does not end is killed`(managed: Int?, milliseconds: Int) async throws {
    let (signals, duration) = try await Self.end(
      registers: true, trap: "trap 'echo begun >>signals; while :; do sleep 0.05; done' TERM", managed: managed)
    #expect(signals == ["begun"])
    #expect(duration >= .milliseconds(milliseconds))
  }

  @Test func `A runtime without an extension is killed without a word`() async throws {
    let (signals, _) = try await Self.end(registers: false, trap: "trap 'echo begun >>signals' TERM")
    #expect(signals == [])
  }
}
