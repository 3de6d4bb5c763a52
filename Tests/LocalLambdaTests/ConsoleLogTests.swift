import Foundation
import JSON
import Testing

@testable import LocalLambda

extension InvocationRecord {
  /// A record of a warm invocation, unless it says otherwise.
  static func sample(
    id: String = "1", payload: String = "{}", time: Int64 = 1_795_000_000_000, result: InvocationResult = .response([]),
    log: String = "", waited: Duration = .zero, initialization: Duration? = nil,
    duration: Duration? = .milliseconds(10)
  ) -> InvocationRecord {
    var record = InvocationRecord(
      InvocationStart(requestID: id, payload: Array(payload.utf8), time: time), result)
    record.log = Array(log.utf8)
    (record.waited, record.initialization, record.duration) = (waited, initialization, duration)
    return record
  }
}

/// What the console keeps, and what its rows say.
struct ConsoleLogTests {
  private func start(_ id: String, bytes: Int = 0) -> InvocationStart {
    InvocationStart(requestID: id, payload: [UInt8](repeating: 32, count: bytes), time: 1)
  }

  private func ids(_ log: ConsoleLog) -> [String] {
    log.entries.map {
      switch $0.content {
      case .running(let start): "\(start.requestID)…"
      case .ended(let record): record.start.requestID
      case .action: "action"
      }
    }
  }

  @Test func `An invocation is a row from its beginning on, and changes in its place`() throws {
    var log = ConsoleLog()
    log.note(.began(start("a")))
    log.note(.began(start("b")))
    #expect(ids(log) == ["a…", "b…"])
    log.note(.ended(.sample(id: "a", time: 1)))
    #expect(ids(log) == ["a", "b…"])
    #expect(log.changes(after: 0).map(\.number) == [2, 1], "in the order of their last changes")
    #expect(log.changes(after: 2).map(\.number) == [1])
    #expect(log.changes(after: log.revision).isEmpty)
    #expect(log[2]?.isRunning == true && log[3] == nil)
  }

  @Test func `Of two invocations with one request id, one after the other ends`() {
    var log = ConsoleLog()
    for time in [1, 2] as [Int64] { log.note(.began(InvocationStart(requestID: "a", payload: [], time: time))) }
    log.note(.ended(.sample(id: "a", time: 2)))
    #expect(ids(log) == ["a…", "a"])
  }

  @Test func `The last ones are kept, and of them those that are running longest`() {
    var log = ConsoleLog(limits: .init(entries: 3, bytes: 1000))
    log.note(.began(start("running")))
    for id in ["a", "b", "c"] {
      log.note(.began(start(id)))
      log.note(.ended(.sample(id: id, time: 1)))
    }
    #expect(ids(log) == ["running…", "b", "c"])
    for id in ["d", "e", "f"] { log.note(.began(start(id))) }
    #expect(ids(log) == ["d…", "e…", "f…"])
    let revision = log.revision
    log.note(.ended(.sample(id: "running", time: 1)))
    #expect(log.revision == revision, "the end of what is not kept is no change")
  }

  @Test func `However many invocations come meanwhile, the end of a switch is told`() {
    var log = ConsoleLog(limits: .init(entries: 3, bytes: 1000))
    let action = OperatorAction(.freezeDatabase(seconds: 3))
    let number = log.begin(action)
    for id in ["a", "b", "c", "d"] { log.note(.began(start(id))) }
    #expect(ids(log) == ["action", "c…", "d…"])
    let revision = log.revision
    log.end(number, action.ended(.success(.running)))
    #expect(log.changes(after: revision).map(\.number) == [number])
    log.note(.began(start("e")))
    #expect(ids(log) == ["c…", "d…", "e…"])
  }

  @Test func `Bytes are bounded, those of events, answers and logs, but the last row is kept`() {
    var log = ConsoleLog(limits: .init(entries: 100, bytes: 1000))
    for id in ["a", "b", "c"] {
      log.note(.began(start(id, bytes: 300)))
      let payload = String(repeating: " ", count: 300)
      log.note(.ended(.sample(id: id, payload: payload, time: 1, result: .response([1, 2]), log: "four")))
    }
    #expect(ids(log) == ["a", "b", "c"])
    log.note(.began(start("d", bytes: 76)))
    #expect(ids(log) == ["a", "b", "c", "d…"])
    log.note(.began(start("e", bytes: 7)))
    #expect(ids(log) == ["b", "c", "d…", "e…"])
    log.note(.began(start("f", bytes: 5000)))
    #expect(ids(log) == ["f…"])
    log.note(.began(start("g")))
    #expect(ids(log) == ["g…"])
  }

  @Test(arguments: [
    (#"{"triggerSource":"PostConfirmation_ConfirmSignUp"}"#, "cognito", "PostConfirmation_ConfirmSignUp"),
    (
      #"{"requestContext":{"http":{"method":"GET","path":"/x"}},"rawPath":"/api/a b","rawQueryString":"limit=2"}"#,
      "http",
      "GET /api/a b?limit=2"
    ),
    (#"{"requestContext":{"http":{"method":"GET"}},"rawPath":"/","rawQueryString":""}"#, "http", "GET /"),
    (#"{"source":"aws.events","detail-type":"Scheduled Event"}"#, "event", "aws.events: Scheduled Event"),
    ("{}", "event", "event of 2 bytes"), ("[1]", "event", "JSON: array"), ("", "event", "not JSON"),
    (#"{"triggerSource":1,"requestContext":{"http":[]}}"#, "event", "event of 48 bytes"),
    (#"{"triggerSource":"\ud83d"}"#, "event", "event of 26 bytes"),
  ])
  func `An event is called what it is`(payload: String, kind: String, name: String) {
    let label = EventLabel(Array(payload.utf8))
    #expect(label.kind.rawValue == kind)
    #expect(label.name == name)
  }

  @Test func `A row has the beginning of a long path, however few characters it is`() {
    let path = "/e" + String(repeating: "\u{301}", count: 5000)
    let event = #"{"requestContext":{"http":{"method":"GET"}},"rawPath":"\#(path)"}"#
    #expect(EventLabel(Array(event.utf8)).name.unicodeScalars.count == 201)
  }

  private static let outcomes: [(InvocationResult, Bool, InvocationOutcome.State, String)] = [
    (.response(Array(#"{"statusCode":201}"#.utf8)), true, .succeeded, "201"),
    (.response(Array(#"{"statusCode":422}"#.utf8)), true, .refused, "422"),
    (.response(Array(#"{"statusCode":503}"#.utf8)), true, .failed, "503"),
    (.response(Array(#"{"statusCode":503}"#.utf8)), false, .succeeded, "answered"),
    (.response(Array("nothing".utf8)), true, .succeeded, "answered"),
    (.functionError(type: "Function.X", body: []), true, .failed, "Function.X"),
    (.initError(type: "Runtime.X", body: []), false, .failed, "Runtime.X"),
    (.timedOut, false, .failed, "timed out"), (.initTimedOut, false, .failed, "init timed out"),
    (.exited("exited with status 7"), false, .failed, "exited with status 7"),
    (.throttled, false, .failed, "throttled"), (.abandoned, false, .failed, "hung up"),
    (.cancelled, false, .failed, "cancelled"),
  ]

  @Test func `How it went is a word or two`() {
    for (result, isHTTP, state, words) in Self.outcomes {
      let outcome = InvocationOutcome(result, isHTTP: isHTTP)
      #expect(outcome.state == state && outcome.words == words, "\(result)")
    }
  }

  @Test func `A row is a line of JSON`() throws {
    let record = InvocationRecord.sample(
      payload: #"{"triggerSource":"A\nB"}"#, waited: .microseconds(1500), initialization: .milliseconds(60))
    let ended = ConsoleEntry(number: 3, revision: 9, content: .ended(record)).summary.value
    #expect(
      String(decoding: ended, as: UTF8.self)
        == #"{"number":3,"time":1795000000000,"kind":"cognito","name":"A\nB","requestId":"1","state":"succeeded","#
        + #""outcome":"answered","milliseconds":71.5,"waited":1.5,"init":60.0,"handler":10.0,"database":null}"#)
    let running = ConsoleEntry(number: 3, revision: 9, content: .running(record.start)).summary.value
    #expect(
      String(decoding: running, as: UTF8.self)
        == #"{"number":3,"time":1795000000000,"kind":"cognito","name":"A\nB","requestId":"1","state":"running"}"#)
  }

  @Test func `The details have the beginning of what is long, and of a log the end`() throws {
    let limit = ConsoleEntry.shownBytes
    let record = InvocationRecord.sample(
      payload: "\"" + String(repeating: "a", count: limit) + "\"", result: .response(Array("\"answer\"".utf8)),
      log: String(repeating: "b", count: limit) + "last")
    let entry = ConsoleEntry(number: 1, revision: 1, content: .ended(record))
    let root = try JSONDocument(try #require(entry.details)).root
    #expect(try root["event"]?["text"]?.string() == "\"" + String(repeating: "a", count: limit - 1))
    #expect(try root["event"]?["bytes"]?.integer() == limit + 2)
    #expect(try root["log"]?["text"]?.string().hasSuffix("blast") == true)
    #expect(try root["answer"]?["text"]?.string() == "\"answer\"")
    #expect(entry.part("event") == record.start.payload && entry.part("log") == record.log)
    #expect(entry.part("answer") == Array("\"answer\"".utf8) && entry.part("nothing") == nil)
  }
}
