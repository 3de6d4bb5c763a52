import JSON
import Testing

@testable import LocalLambda

/// Where the time of an invocation went.
struct TimelineTests {
  /// 2026-11-21T05:05:59.000Z.
  private static let time: Int64 = 1_795_237_559_000

  private func parts(_ record: InvocationRecord) -> [String] {
    Timeline(record).parts.map {
      let name = $0.name.isEmpty ? "" : " \($0.name)"
      let failure = $0.error.map { " \($0)" } ?? ""
      return "\($0.kind.rawValue)\(name) \($0.start.toMicroseconds)+\($0.milliseconds.toMicroseconds)\(failure)"
        + ($0.tries == 1 ? "" : " x\($0.tries)")
    }
  }

  @Test func `Waiting, init and the handler come one after the other`() {
    let cold = InvocationRecord.sample(waited: .milliseconds(2), initialization: .milliseconds(60))
    #expect(parts(cold) == ["waiting 0.0+2.0", "init 2.0+60.0", "handler 62.0+10.0"])
    #expect(Timeline(cold).milliseconds == 72)
    #expect(Timeline(cold).databaseMilliseconds == nil)
    #expect(parts(.sample()) == ["waiting 0.0+0.0", "handler 0.0+10.0"])
    #expect(parts(.sample(waited: .seconds(1), duration: nil)) == ["waiting 0.0+1000.0"])
  }

  @Test(arguments: [
    """
    2026-11-21T05:05:59.050Z DEBUG connected milliseconds=9.5
    2026-11-21T05:05:59.065Z DEBUG r1 statement over milliseconds=1.25 operation=INSERT
    2026-11-21T05:05:59.066Z INFO r1 user added sub=1

    """,
    #"""
    {"timestamp":"2026-11-21T05:05:59.050Z","level":"DEBUG","message":"connected","milliseconds":"9.5"}
    {"timestamp":"2026-11-21T05:05:59.065Z","level":"DEBUG","message":"statement over","requestId":"r1","milliseconds":1.25,"operation":"INSERT"}
    {"timestamp":"2026-11-21T05:05:59.066Z","level":"INFO","message":"user added","requestId":"r1"}
    """#,
  ])
  func `The database's parts are those that the log tells of, in either format`(log: String) {
    let record = InvocationRecord.sample(
      id: "r1", time: Self.time, log: log, initialization: .milliseconds(60), duration: .milliseconds(10))
    #expect(parts(record).dropFirst(3) == ["database connect 40.5+9.5", "database INSERT 63.75+1.25"])
    #expect(Timeline(record).databaseMilliseconds == 10.75)
  }

  @Test func `What a line's time to the millisecond puts elsewhere is moved to where it can have been`() {
    let log = """
      2026-11-21T05:05:58.999Z DEBUG r1 statement over operation=SELECT milliseconds=2
      2026-11-21T05:06:01.000Z DEBUG r1 statement over operation=UPDATE milliseconds=3
      2026-11-21T05:06:01.000Z DEBUG r1 statement over operation=UPDATE milliseconds=99
      """
    let record = InvocationRecord.sample(
      id: "r1", time: Self.time, log: log, waited: .milliseconds(1), duration: .milliseconds(10))
    #expect(
      parts(record).dropFirst(2) == ["database SELECT 1.0+2.0", "database UPDATE 8.0+3.0", "database UPDATE 11.0+0.0"])
  }

  @Test func `While the database is away, tries are one part with the pauses, until there is a connection`() throws {
    let log = """
      2026-11-21T05:05:59.002Z DEBUG r1 statement over error=serverShutdown milliseconds=1 operation=INSERT
      2026-11-21T05:05:59.010Z DEBUG r1 not connected error=connectionRefused milliseconds=1
      2026-11-21T05:05:59.500Z DEBUG r1 not connected error=connectionRefused milliseconds=1
      2026-11-21T05:06:01.000Z DEBUG r1 not connected error=timedOut milliseconds=900
      2026-11-21T05:06:01.200Z DEBUG r1 connected milliseconds=100
      2026-11-21T05:06:01.250Z DEBUG r1 statement over milliseconds=10 operation=INSERT
      """
    let record = InvocationRecord.sample(id: "r1", time: Self.time, log: log, duration: .milliseconds(2300))
    #expect(
      parts(record).dropFirst(2) == [
        "database INSERT 1.0+1.0 serverShutdown", "database connect 9.0+2091.0 timedOut x3",
        "database connect 2100.0+100.0", "database INSERT 2240.0+10.0",
      ])
    let lost = InvocationRecord.sample(
      id: "r1", time: Self.time, log: log.split(separator: "\n")[1...2].joined(separator: "\n"),
      duration: .milliseconds(501))
    #expect(parts(lost).dropFirst(2) == ["database connect 9.0+491.0 connectionRefused x2"])
    let details = try #require(ConsoleEntry(number: 1, revision: 1, content: .ended(lost)).details)
    let timeline = try #require(try JSONDocument(details).root["timeline"])
    #expect(try timeline.elements().compactMap { try $0["error"]?.string() } == ["connectionRefused"])
    #expect(try timeline.elements().compactMap { try $0["tries"]?.integer() } == [2])
  }

  @Test func `A connection in advance ends with init, whatever the clocks say`() {
    let log = "2026-11-21T05:05:59.063Z DEBUG connected milliseconds=9.5"
    let cold = InvocationRecord.sample(
      id: "r1", time: Self.time, log: log, initialization: .milliseconds(60), duration: .milliseconds(10))
    #expect(parts(cold).last == "database connect 50.5+9.5")
    let warm = InvocationRecord.sample(id: "r1", time: Self.time, log: log, duration: .milliseconds(70))
    #expect(parts(warm).last == "database connect 53.5+9.5")
  }

  @Test(arguments: [
    "", "nothing", "2026-11-21T05:05:59.065Z DEBUG r1 statement over operation=INSERT",
    "2026-11-21T05:05:59.065Z DEBUG r1 statement over operation=INSERT milliseconds=many",
    "2026-11-21T05:05:59.065Z DEBUG r1 statement over operation=INSERT milliseconds=-1",
    "2026-11-21T05:05:59.065Z DEBUG r1 statement over operation=INSERT milliseconds=inf",
    "2026-11-21T05:05:59.065Z INFO r1 statement over operation=INSERT milliseconds=1",
    "2026-11-21T05:05:59.065Z DEBUG r1 another sentence milliseconds=1",
    "yesterday DEBUG r1 statement over operation=INSERT milliseconds=1", "{", #"{"timestamp":1}"#,
    "2026-11-21T05:05:59.Z DEBUG r1 statement over milliseconds=1\u{FFFD}",
    "2026-11-21T05:05:5 DEBUG connected milliseconds=1",
  ])
  func `Any other line tells nothing of the database`(log: String) {
    #expect(parts(.sample(id: "r1", time: Self.time, log: log)).count == 2)
  }
}
