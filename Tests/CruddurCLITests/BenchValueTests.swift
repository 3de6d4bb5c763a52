import Foundation
import FoundationXML
import JSON
import Testing

@testable import CruddurCLI
@testable import LocalLambda

/// What `cruddur bench` makes of what it has measured.
@Suite struct BenchValueTests {
  private static func milliseconds(_ values: some Sequence<Int>) -> [Duration] { values.map { .milliseconds($0) } }

  @Test(arguments: [
    (100, 50.0, 50), (100, 90, 90), (100, 99, 99), (100, 99.9, 100), (100, 100, 100), (100, 0, 1), (3, 50, 2),
    (1000, 99, 990), (1000, 99.9, 999), (1, 99, 1),
  ])
  func `A percentile is the nearest rank`(count: Int, percent: Double, rank: Int) {
    let latencies = Latencies(Self.milliseconds((1...count).reversed()))
    #expect(latencies.percentile(percent) == .milliseconds(rank))
  }

  @Test func `Nothing has no percentile and no median`() {
    #expect(Latencies([]).percentile(50) == nil)
    #expect([Double]().median == nil)
  }

  @Test func `A median is the middle, or between the two that are`() {
    #expect([3, 1, 2].median == 2)
    #expect([4, 1, 3, 2].median == 2.5)
    #expect([7].median == 7)
  }

  @Test func `Each event is billed by whole milliseconds, for all of the memory`() throws {
    let price = Price(gigabyteSecond: 0.0000166667, millionRequests: 0.2, megabytes: 128)
    let cost = { (durations: [Duration]) in try #require(price.ofMillion(durations)) }
    // A million times 1 ms at 1/8 GB is 125 GB-seconds.
    #expect(abs(try cost([.microseconds(10)]) - (0.2 + 125 * 0.0000166667)) < 1e-9)
    #expect(abs(try cost([.zero]) - cost([.milliseconds(1)])) < 1e-9)
    #expect(abs(try cost([.microseconds(1001)]) - cost([.milliseconds(2)])) < 1e-9)
    #expect(abs(try cost([.milliseconds(1), .milliseconds(3)]) - cost([.milliseconds(2)])) < 1e-9)
    var large = price
    large.megabytes = 1024
    #expect(abs(try #require(large.ofMillion([.milliseconds(1)])) - (0.2 + 1000 * 0.0000166667)) < 1e-9)
    #expect(price.ofMillion([]) == nil)
  }

  private static func figure(_ key: String, _ value: Double) -> BenchFigure {
    BenchFigure(key: key, label: key, unit: .milliseconds, value: value)
  }

  @Test func `A figure is the median of the rounds that have it`() {
    let medians = BenchMedians([
      [Self.figure("a", 5), Self.figure("b", 1)], [Self.figure("a", 1)], [Self.figure("a", 2), Self.figure("c", 8)],
    ])
    #expect(medians.figures.map(\.key) == ["a", "b", "c"])
    #expect(medians["a"] == 2 && medians["b"] == 1 && medians["c"] == 8 && medians["d"] == nil)
  }

  @Test func `A ratio is to the other, where both have the figure`() {
    let one = BenchMedians([[Self.figure("a", 2), Self.figure("zero", 0), Self.figure("b", 1)]])
    let other = BenchMedians([[Self.figure("a", 3), Self.figure("zero", 1)]])
    #expect(other.ratio("a", to: one) == 1.5)
    #expect(other.ratio("zero", to: one) == nil && other.ratio("b", to: one) == nil)
  }

  @Test func `A round has the figures of its runs, an event or a start each`() throws {
    var round = BenchRound()
    round.starts = [
      .init(
        total: .milliseconds(12), initialization: .milliseconds(9), firstEvent: .microseconds(2500),
        cpuTime: .milliseconds(7), peakResidentBytes: 6 << 20)
    ]
    round.loads[.warm] = BenchRound.Load(
      latencies: Self.milliseconds(1...4), duration: .milliseconds(20), cpuTime: .milliseconds(8),
      residentBytes: 5 << 20, peakResidentBytes: 7 << 20, ownTimes: [.microseconds(30)],
      ownCPUTime: .milliseconds(2))
    round.loads[.sparse] = BenchRound.Load()
    let price = Price(gigabyteSecond: 1, millionRequests: 0, megabytes: 1024)
    let figures = BenchMedians([round.figures(price)])
    #expect(
      figures["cold_p50_ms"] == 12 && figures["cold_init_p50_ms"] == 9 && figures["cold_first_event_p50_ms"] == 2.5)
    #expect(figures["cold_cpu_p50_ms"] == 7 && figures["cold_peak_memory_mb"] == 6)
    // 11.5 ms are billed as 12.
    #expect(abs(try #require(figures["cold_cost_per_million_usd"]) - 12_000) < 1e-6)
    #expect(figures["warm_p50_us"] == 2000 && figures["warm_max_us"] == 4000)
    #expect(figures["warm_per_second"] == 200 && figures["warm_cpu_per_event_us"] == 2000)
    #expect(figures["warm_memory_mb"] == 5 && figures["warm_peak_memory_mb"] == 7)
    #expect(figures["warm_bench_p50_us"] == 30 && figures["warm_bench_cpu_per_event_us"] == 500)
    #expect(!figures.figures.contains { $0.key.hasPrefix("sparse") || $0.key.hasPrefix("concurrent") })
    #expect(Set(figures.figures.map(\.key)).count == figures.figures.count)
  }

  @Test func `A latency is between hand-out and answer, and the rest is the bench's own`() {
    let start = ContinuousClock.now
    let call = { (route: Route, id: String?, arrival: Int, departure: Int, status: Int) in
      CallTimes(
        route: route, status: status, requestID: id, arrival: start + .microseconds(arrival),
        departure: start + .microseconds(departure))
    }
    let calls = [
      call(.next, "warm-up", 0, 1, 200), call(.response, "warm-up", 5, 6, 202),
      call(.next, "1", 10, 13, 200), call(.response, "1", 113, 117, 202),
      call(.next, "2", 120, 121, 200), call(.error, "2", 130, 131, 202),
      call(.next, "3", 140, 142, 200), call(.response, "3", 150, 151, 403),
      call(.response, "3", 152, 155, 202), call(.extensionNext, nil, 0, 160, 200),
    ]
    let load = BenchRunner.load(of: ["1", "2", "3"], [calls], isPipelined: true)
    #expect(load.latencies == [.microseconds(100), .microseconds(10)])
    #expect(load.ownTimes == [.microseconds(7), .microseconds(5)])
    #expect(load.duration == .microseconds(139))
    #expect(BenchRunner.load(of: ["1"], [calls], isPipelined: false).ownTimes.isEmpty)
  }

  @Test func `Each sign-up is somebody else's`() throws {
    let signUps = try SignUps()
    let made = (Array(signUps.draw(2)) + signUps.draw(3)).map { signUps[$0] }
    #expect(made.map(\.number) == [1, 2, 3, 4, 5])
    for attribute in ["sub", "email", "preferred_username", "name"] {
      let values = try made.map {
        try JSONDocument($0.event).root.member("request").member("userAttributes").member(attribute).string()
      }
      #expect(Set(values).count == 5, "\(attribute)")
    }
    for signUp in made {
      #expect(signUp.id == signUps.id(of: signUp.number))
      #expect(UUID(uuidString: signUp.id) != nil && signUp.id.hasPrefix(signUps.prefix))
      #expect(try JSONDocument(signUp.event).root.member("userName").string() == signUp.id)
    }
    #expect(try SignUps().prefix != signUps.prefix)
  }

  @Test func `An answer is the event, in whatever form, and no one else's`() throws {
    let all = try SignUps()
    let signUps = all.draw(2).map { all[$0] }
    let object = try #require(try JSONSerialization.jsonObject(with: Data(signUps[0].event)) as? [String: Any])
    let rewritten = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    #expect(signUps[0].isAnswered(by: signUps[0].event) && signUps[0].isAnswered(by: Array(rewritten)))
    #expect(!signUps[0].isAnswered(by: signUps[1].event))
    var without = object
    without["response"] = nil
    #expect(!signUps[0].isAnswered(by: Array(try JSONSerialization.data(withJSONObject: without))))
    #expect(!signUps[0].isAnswered(by: Array("{}".utf8)) && !signUps[0].isAnswered(by: []))
  }

  /// What a picture is made of, as a parser of XML sees it.
  private final class Picture: NSObject, XMLParserDelegate {
    var elements: [String: Int] = [:]
    var classes: [String] = []
    var text = ""

    init(_ svg: String) throws {
      super.init()
      let parser = XMLParser(data: Data(svg.utf8))
      parser.delegate = self
      try #require(parser.parse(), "\(String(describing: parser.parserError)) \(svg)")
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements[name, default: 0] += 1
      if let value = attributes["class"] { classes.append(value) }
      for value in attributes.values where value.contains("nan") || value.contains("inf") {
        Issue.record("\(name) has \(value)")
      }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }

  @Test func `The picture is XML, with a line for each function in each panel, and its median in words`() throws {
    let fast = Latencies(Self.milliseconds(1...100))
    let slow = Latencies(Self.milliseconds((1...50).map { $0 * 3 }))
    let chart = LatencyChart(
      title: "A & B", subtitle: "<here>\u{1}", names: ["a<b>&\"c\"", "b&\u{301}<\u{338}\u{FFFE}"],
      panels: [
        .init(title: "cold", series: [fast, slow]), .init(title: "none", series: [Latencies([]), Latencies([])]),
        .init(title: "one", series: [Latencies([.microseconds(70)]), Latencies([])]),
        .init(title: "nothing", series: [Latencies([.zero]), Latencies([.seconds(5)])]),
      ])
    let picture = try Picture(chart.svg)
    // Beside the two of the legend.
    #expect(picture.classes.count { $0 == "line s0" } == 1 + 3 && picture.classes.count { $0 == "line s1" } == 1 + 2)
    #expect(picture.classes.count { $0 == "panel" } == 3 && picture.elements["circle"] == 5)
    #expect(picture.text.contains("A & B") && picture.text.contains("a<b>&\"c\""))
    #expect(picture.text.contains("cold: median a<b>&\"c\" 50 ms, b&\u{301}<\u{338}  75 ms."))
    for label in ["p50", "p90", "max", "1 ms", "100 ms", "prefers-color-scheme: dark"] {
      #expect(picture.text.contains(label), "\(label)")
    }
  }

  @Test func `A picture of nothing is one, too`() throws {
    let picture = try Picture(LatencyChart(title: "t", subtitle: "s", names: ["n"], panels: []).svg)
    #expect(picture.elements["svg"] == 1 && picture.elements["circle"] == nil)
  }
}
