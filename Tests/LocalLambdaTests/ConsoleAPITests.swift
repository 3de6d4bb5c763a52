import Foundation
import JSON
import TestSupport
import Testing

@testable import LocalLambda

/// The console over HTTP, as a page or curl sees it, before a real function.
@Suite(.timeLimit(.minutes(3)))
struct ConsoleAPITests {
  /// A server with a console, in front of a function.
  private struct Console {
    let console: OperatorConsole
    let server: LocalServer
    let scripted: ScriptedFunction
    private let curl: Curl

    init(console: OperatorConsole, server: LocalServer, scripted: ScriptedFunction) {
      (self.console, self.server, self.scripted) = (console, server, scripted)
      curl = Curl(endpoint: "")
    }

    var endpoint: String { String(server.url.dropFirst("http://".count)) }

    func send(_ path: String, _ arguments: String...) async throws -> Curl.Answer {
      try await curl.send("\(server.url)/console/\(path)", arguments)
    }

    func press(_ path: String) async throws -> Curl.Answer {
      try await send(path, "--request", "POST")
    }

    /// A connection that watches, from behind an event on if there is one.
    func watch(after id: String? = nil, headers: String = "") throws -> RawConnection {
      let connection = try RawConnection(endpoint)
      let query = id.map { "?after=\($0)" } ?? ""
      try connection.write("GET /console/invocations\(query) HTTP/1.1\r\nHost: \(endpoint)\r\n\(headers)\r\n")
      return connection
    }
  }

  /// Runs a test with a function that answers once the file `go` is there, and fails for an event with `fail`.
  private static func with(
    database: DatabaseControl? = nil, limits: ConsoleLog.Limits = .init(),
    _ test: (Console) async throws -> Void
  ) async throws {
    let script = #"""
      while [ ! -e go ]; do sleep 0.02; done
      echo "a line about $id"
      case $event in *fail*) fail '{"errorMessage":"no","errorType":"Function.No"}' ;; *) answer '{"an":"answer"}' ;; esac
      """#
    let console = OperatorConsole(database: database, limits: limits)
    try await ScriptedFunction.with(script, environments: 2, onProgress: { console.note($0) }) { scripted in
      var options = LocalServer.Options()
      options.port = 0
      let server = try await LocalServer.start(
        options, function: scripted.function, console: console, files: [:]
      ) { _ in }
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await test(Console(console: console, server: server, scripted: scripted)))
      } catch {
        outcome = .failure(error)
      }
      await server.stop()
      try outcome.get()
    }
  }

  /// Runs a test with a program for the database, a shell script in a folder of its own.
  private static func withControl(_ script: String, _ test: (Console, String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "control-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let beginning = "#!/bin/bash\ncd '\(folder)' || exit 1\necho \"$*\" >>orders\n"
    try writeExecutable("\(beginning)\(script)\n", to: "\(folder)/control")
    try await with(database: DatabaseControl(program: "\(folder)/control")) { try await test($0, folder) }
  }

  // MARK: Watching

  @Test func `An invocation is told at its beginning and at its end, to whoever watches`() async throws {
    try await Self.with { console in
      let watchers = [try console.watch(), try console.watch()]
      for watcher in watchers {
        let head = try await watcher.read(until: "event: console\ndata: ")
        #expect(head.hasPrefix("HTTP/1.1 200 "))
        for header in ["content-type: text/event-stream", "cache-control: no-store"] {
          #expect(head.contains("\r\n\(header)\r\n"))
        }
      }
      try await eventually("both watch") { console.console.watcherCount == 2 }
      let invocation = Task { await console.scripted.function.invoke(Array(#"{"a":1}"#.utf8)) }
      for watcher in watchers {
        let row = try await watcher.read(until: #""state":"running"}"# + "\n\n")
        #expect(row.contains("event: entry\ndata: {\"number\":1,") && row.contains("\nid: \(console.console.id)-1\n"))
      }
      try console.scripted.touch("go")
      _ = await invocation.value
      for watcher in watchers {
        let row = try await watcher.read(until: "\"handler\":")
        #expect(row.contains("id: \(console.console.id)-2\n"))
        #expect(row.contains(#""state":"succeeded","outcome":"answered""#))
      }
    }
  }

  @Test func `Whoever comes back is told what they lack, and whoever comes to another server all`() async throws {
    try await Self.with { console in
      try console.scripted.touch("go")
      for event in ["[1]", "[2]", "[3]"] { await console.scripted.function.invoke(Array(event.utf8)) }
      let id = console.console.id
      for (watcher, isResumed, numbers) in [
        (try console.watch(after: "\(id)-4"), true, [3]),
        (try console.watch(after: "nonsense", headers: "Last-Event-ID: \(id)-2\r\n"), true, [2, 3]),
        (try console.watch(after: "0123456789abcdef-4"), false, [1, 2, 3]),
        (try console.watch(after: "\(id)-x"), false, [1, 2, 3]), (try console.watch(), false, [1, 2, 3]),
      ] {
        let told = try await watcher.read(until: #""number":3"#)
        #expect(told.contains(#""isResumed":\#(isResumed)}"#))
        #expect(numbers == (1...3).filter { told.contains(#"{"number":\#($0),"#) })
      }
    }
  }

  @Test func `Nobody is held up by a reader who is slow or gone, and nothing is kept for them`() async throws {
    try await Self.with(limits: .init(entries: 3, bytes: 1 << 20)) { console in
      try console.scripted.touch("go")
      let slow = try console.watch()
      let gone = try console.watch()
      try await eventually("both watch") { console.console.watcherCount == 2 }
      gone.hangUp()
      try await eventually("one is gone") { console.console.watcherCount == 1 }
      // More than all buffers on the way hold.
      let start = InvocationStart(requestID: String(repeating: "x", count: 1 << 16), payload: [])
      for _ in 1...500 { console.console.note(.began(start)) }
      #expect(await console.scripted.function.invoke([]) == .response(Array(#"{"an":"answer"}"#.utf8)))
      let told = try await slow.read(until: "\"number\":501,\"time\"")
      #expect(told.utf8.count < 20 << 20, "it was told of what there was when it read")
      #expect(told.contains(#"{"number":500,"#))
    }
  }

  @Test func `A stream ends with the server, which does not wait for it`() async throws {
    try await Self.with { console in
      let watchers = try (1...5).map { _ in try console.watch() }
      try await eventually("all watch") { console.console.watcherCount == 5 }
      let start = ContinuousClock.now
      await console.server.stop()
      #expect(ContinuousClock.now - start < .milliseconds(900), "a connection is given a second otherwise")
      for watcher in watchers { #expect(try await watcher.readToEnd().hasSuffix("\r\n0\r\n\r\n")) }
      try await eventually("none watches") { console.console.watcherCount == 0 }
    }
  }

  // MARK: Details

  @Test func `A row's details are its event, its answer and what was logged meanwhile`() async throws {
    try await Self.with { console in
      try console.scripted.touch("go")
      await console.scripted.function.invoke(Array(#"{"a": "fail"}"#.utf8), requestID: "r1")
      let root = try JSONDocument(Array(try await console.send("invocations/1").body.utf8)).root
      #expect(try root["event"]?["text"]?.string() == #"{"a": "fail"}"#)
      #expect(try root["answer"]?["text"]?.string() == #"{"errorMessage":"no","errorType":"Function.No"}"#)
      #expect(try root["log"]?["text"]?.string() == "a line about r1\n")
      #expect(try root["report"]?.string().hasPrefix("REPORT RequestId: r1\t") == true)
      #expect(try root["summary"]?["outcome"]?.string() == "Runtime.Unknown", "of the header, which it lacks")
      #expect(
        try root["timeline"]?.elements().compactMap { try $0["kind"]?.string() } == ["waiting", "init", "handler"])
      let event = try await console.send("invocations/1/event")
      #expect(event.body == #"{"a": "fail"}"#)
      #expect(event.headers["content-type"] == "application/octet-stream")
      #expect(event.headers["content-disposition"] == #"attachment; filename="event-1.json""#)
    }
  }

  @Test(arguments: [
    ("invocations/2", 404), ("invocations/x", 404), ("invocations/1/nothing", 404), ("invocations/1/event/x", 404),
    ("", 404), ("nothing", 404), ("database/drop", 404), ("function", 404), ("function/kill", 405),
    ("database", 404), ("database/stop", 405),
  ])
  func `What there is not is not found`(path: String, status: Int) async throws {
    try await Self.with { console in
      console.console.note(.began(InvocationStart(requestID: "1", payload: [])))
      let answers = [try await console.send(path), try await console.send("invocations/1")]
      #expect(answers.map(\.status) == [status, 200])
      for path in ["invocations", "invocations/1"] {
        let answer = try await console.press(path)
        #expect(answer.status == 405 && answer.headers["allow"] == "GET")
      }
    }
  }

  // MARK: Switches

  @Test func `The function is killed as it is, and the next invocation starts anew`() async throws {
    try await Self.with { console in
      let running = Task { await console.scripted.function.invoke(Array("[]".utf8)) }
      try await eventually("it runs") { console.scripted.lines(of: "pids").count == 1 }
      try await eventually("it has its event") { await console.scripted.function.queuedJobCount == 0 }
      let answer = try await console.press("function/kill")
      #expect(answer.status == 200)
      #expect(answer.body.contains(#""kind":"action","name":"The function was killed","state":"succeeded""#))
      #expect(await running.value == .exited("was ended by signal 9 (Killed)"))
      try console.scripted.touch("go")
      #expect(await console.scripted.function.invoke(Array("[]".utf8)) == .response(Array(#"{"an":"answer"}"#.utf8)))
      #expect(console.scripted.lines(of: "pids").count == 2)
      let rows = console.console.changes(after: 0).entries.map { String(decoding: $0.summary.value, as: UTF8.self) }
      #expect(rows.count == 3, "and one for the switch: \(rows)")
    }
  }

  @Test func `The database's program is run with the order, and says what the database is then`() async throws {
    let script = """
      case $1 in
        stop) echo stopped ;;
        freeze) until [ -e thaw ]; do sleep 0.02; done; echo running ;;
        *) echo running ;;
      esac
      """
    try await Self.withControl(script) { console, folder in
      #expect(try await console.send("database").body == #"{"state":"running"}"#)
      let stopped = try await console.press("database/stop")
      #expect(stopped.status == 200 && stopped.body.contains(#""databaseState":"stopped""#))
      #expect(try await console.press("database/start").body.contains(#""databaseState":"running""#))
      async let frozen = console.press("database/freeze")
      try await eventually("a row while it goes on") {
        console.console[3].map { String(decoding: $0.summary.value, as: UTF8.self) }?
          .contains(#""state":"running","databaseState":"frozen"}"#) == true
      }
      let other = try await console.press("function/kill")
      #expect(other.status == 409 && other.body == #"{"message":"Another switch is being pressed."}"#)
      try Data().write(to: URL(filePath: "\(folder)/thaw"))
      #expect(try await frozen.body.contains(#""state":"succeeded","databaseState":"running""#))
      let orders = try String(contentsOfFile: "\(folder)/orders", encoding: .utf8)
      #expect(orders == "status\nstop\nstart\nfreeze 3\n")
    }
  }

  @Test func `A switch that was pressed goes on when its client hangs up`() async throws {
    try await Self.withControl("until [ -e thaw ]; do sleep 0.02; done; echo running; touch done") { console, folder in
      let client = try RawConnection(console.endpoint)
      try client.write("POST /console/database/freeze HTTP/1.1\r\nHost: \(console.endpoint)\r\n\r\n")
      try await eventually("it goes on") { console.console[1]?.isRunning == true }
      client.hangUp()
      try Data().write(to: URL(filePath: "\(folder)/thaw"))
      try await eventually("it is done") { console.console[1]?.isRunning == false }
      #expect(FileManager.default.fileExists(atPath: "\(folder)/done"))
    }
  }

  @Test(arguments: [
    ("echo first >&2; echo 'no such database' >&2; exit 2", "no such database"),
    ("exit 3", "The switch failed: exited(3)."),
    ("echo melted", #"The switch said "melted" instead of running, stopped or frozen."#),
  ])
  func `A switch that fails says why`(script: String, sentence: String) async throws {
    try await Self.withControl(script) { console, _ in
      for answer in [try await console.press("database/stop"), try await console.send("database")] {
        #expect(answer.status == 502)
        #expect(try JSONDocument(Array(answer.body.utf8)).root["message"]?.string() == sentence)
      }
      #expect(try await console.press("function/kill").status == 200, "the next switch can be pressed")
      let row = String(decoding: try #require(console.console[1]).summary.value, as: UTF8.self)
      #expect(row.contains(#""state":"failed""#))
    }
  }

  @Test func `A program that does not end is ended`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "control-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try writeExecutable("#!/bin/bash\nexec sleep 60\n", to: "\(folder)/control")
    let result = await DatabaseControl(program: "\(folder)/control").run(.status, limit: .milliseconds(50))
    #expect(result == .failure(.init(sentence: "The switch did not come to an end within 0 s.")))
  }

  @Test func `Somebody else's database has no switches`() async throws {
    try await Self.with { console in
      for answer in [try await console.send("database"), try await console.press("database/stop")] {
        #expect(answer.status == 404)
        #expect(answer.body == #"{"message":"There are no switches for this database."}"#)
      }
      #expect(console.console.changes(after: 0).entries.isEmpty, "nothing was pressed")
    }
  }

  @Test func `Other sites see and switch nothing`() async throws {
    try await Self.with { console in
      for path in ["invocations", "database", "function/kill"] {
        for header in ["Origin: http://evil.example", "Host: evil.example"] {
          let answers = [
            try await console.send(path, "--request", "POST", "--header", header),
            try await console.send(path, "--header", header),
          ]
          #expect(answers.map(\.status) == [403, 403])
        }
      }
      #expect(console.console.changes(after: 0).entries.isEmpty)
    }
  }
}
