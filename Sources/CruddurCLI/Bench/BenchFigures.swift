/// The kinds of run, in the order in which they are done.
enum BenchRun: String, CaseIterable, Sendable {
  case cold, sparse, warm, concurrent
}

/// What is told of a function: a row of the table, and a member of the JSON.
struct BenchFigure: Equatable {
  enum Unit: String {
    case milliseconds = "ms"
    case microseconds = "µs"
    case megabytes = "MB"
    case perSecond = "1/s"
    case dollars = "$"
  }

  /// The member's name, which ends with the unit.
  let key: String
  /// What the row is called.
  let label: String
  let unit: Unit
  let value: Double
}

/// What one function has done in one round.
struct BenchRound {
  /// From the process's start until its first answer, and the two parts of that: until it asked for its first event, and
  /// from that event's hand-out on.
  struct Start: Equatable {
    let total: Duration
    let initialization: Duration
    let firstEvent: Duration
    let cpuTime: Duration?
    let peakResidentBytes: Int?
  }

  /// Events of one kind of run, from their hand-out until the answer was there.
  struct Load: Equatable {
    var latencies: [Duration] = []
    /// Between the first hand-out and the last answer.
    var duration = Duration.zero
    /// Of the function's processes, together.
    var cpuTime: Duration?
    var residentBytes: Int?
    var peakResidentBytes: Int?
    /// What the bench itself took of each event: between an answer and the hand-out of the next, where the function waited
    /// for nothing else.
    var ownTimes: [Duration] = []
    /// Of the bench's own process, in all.
    var ownCPUTime = Duration.zero
  }

  var starts: [Start] = []
  var loads: [BenchRun: Load] = [:]

  /// All that is told of a round, in the order of the table.
  func figures(_ price: Price) -> [BenchFigure] {
    coldFigures(price) + [.sparse, .warm, .concurrent].flatMap { loadFigures($0, price) }
  }

  private func coldFigures(_ price: Price) -> [BenchFigure] {
    guard !starts.isEmpty else { return [] }
    let total = Latencies(starts.map(\.total))
    var figures = Latencies.ranks.compactMap { name, percent in
      total.percentile(percent).map { milliseconds("cold_\(name)", "cold start, \(name)", $0) }
    }
    let medians = [
      ("cold_init", "  init", Latencies(starts.map(\.initialization))),
      ("cold_first_event", "  first event", Latencies(starts.map(\.firstEvent))),
      ("cold_cpu", "  CPU", Latencies(starts.compactMap(\.cpuTime))),
    ]
    figures += medians.compactMap { key, label, all in
      all.percentile(50).map { milliseconds("\(key)_p50", "\(label), p50", $0) }
    }
    if let peak = starts.compactMap({ $0.peakResidentBytes.map(Double.init) }).median {
      figures.append(megabytes("cold_peak_memory", "  memory at most", peak))
    }
    if let cost = price.ofMillion(starts.map { $0.initialization + $0.firstEvent }) {
      figures.append(dollars("cold_cost_per_million", "  a million sign-ups, each cold", cost))
    }
    return figures
  }

  private func loadFigures(_ run: BenchRun, _ price: Price) -> [BenchFigure] {
    guard let load = loads[run], !load.latencies.isEmpty else { return [] }
    let (latencies, count) = (Latencies(load.latencies), load.latencies.count)
    var figures = Latencies.ranks.compactMap { name, percent in
      latencies.percentile(percent).map { microseconds("\(run)_\(name)", "\(run), \(name)", $0) }
    }
    if run != .sparse, load.duration > .zero {
      let rate = Double(count) / (load.duration / .seconds(1))
      figures.append(BenchFigure(key: "\(run)_per_second", label: "  events a second", unit: .perSecond, value: rate))
    }
    if let cpuTime = load.cpuTime {
      figures.append(microseconds("\(run)_cpu_per_event", "  CPU of an event", cpuTime / count))
    }
    if let resident = load.residentBytes, let peak = load.peakResidentBytes {
      figures.append(megabytes("\(run)_memory", "  memory at the end", Double(resident)))
      figures.append(megabytes("\(run)_peak_memory", "  memory at most", Double(peak)))
    }
    if let cost = price.ofMillion(load.latencies) {
      figures.append(dollars("\(run)_cost_per_million", "  a million sign-ups", cost))
    }
    if let own = Latencies(load.ownTimes).percentile(50) {
      figures.append(microseconds("\(run)_bench_p50", "  the bench itself, p50", own))
    }
    figures.append(microseconds("\(run)_bench_cpu_per_event", "  CPU of the bench itself", load.ownCPUTime / count))
    return figures
  }

  private func milliseconds(_ key: String, _ label: String, _ duration: Duration) -> BenchFigure {
    BenchFigure(key: "\(key)_ms", label: label, unit: .milliseconds, value: duration / .milliseconds(1))
  }

  private func microseconds(_ key: String, _ label: String, _ duration: Duration) -> BenchFigure {
    BenchFigure(key: "\(key)_us", label: label, unit: .microseconds, value: duration / .microseconds(1))
  }

  private func megabytes(_ key: String, _ label: String, _ bytes: Double) -> BenchFigure {
    BenchFigure(key: "\(key)_mb", label: label, unit: .megabytes, value: bytes / 1_048_576)
  }

  private func dollars(_ key: String, _ label: String, _ value: Double) -> BenchFigure {
    BenchFigure(key: "\(key)_usd", label: label, unit: .dollars, value: value)
  }
}

/// The figures of all rounds: of each its median.
struct BenchMedians: Equatable {
  let figures: [BenchFigure]

  init(_ rounds: [[BenchFigure]]) {
    let all = rounds.flatMap { $0 }
    var seen: Set<String> = []
    figures = all.filter { seen.insert($0.key).inserted }.compactMap { first in
      all.filter { $0.key == first.key }.map(\.value).median
        .map { BenchFigure(key: first.key, label: first.label, unit: first.unit, value: $0) }
    }
  }

  subscript(key: String) -> Double? { figures.first { $0.key == key }?.value }

  /// How many times that of `other` a figure is; nil where one of them has none, or that is nothing.
  func ratio(_ key: String, to other: BenchMedians) -> Double? {
    guard let value = self[key], let base = other[key], base != 0 else { return nil }
    return value / base
  }
}
