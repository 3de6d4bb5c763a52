import Foundation
import JSON
import LocalLambda

/// What `cruddur bench` has found out: of one function, or of two.
struct BenchReport {
  struct Function {
    let name: String
    let path: String
    /// The size of the executable.
    let bytes: Int
    let rounds: [BenchRound]
    let counts: BenchTally.Counts
  }

  let functions: [Function]
  let price: Price
  let plan: BenchPlan
  /// What was measured on.
  let machine: String
  let database: String
  /// Why there is less of it than was asked for; nil if there is not.
  let incompleteness: String?

  private var medians: [BenchMedians] {
    functions.map { function in BenchMedians(function.rounds.map { $0.figures(price) }) }
  }

  /// Whether every sign-up was answered as it has to be, and is in the database.
  var isRight: Bool { functions.allSatisfy { $0.counts.errors == 0 && $0.counts.lost == 0 } }

  // MARK: For people

  /// A table, and sentences.
  var text: String {
    let medians = medians
    let labels = medians.flatMap(\.figures).reduce(into: [(key: String, label: String)]()) { labels, figure in
      if !labels.contains(where: { $0.key == figure.key }) { labels.append((figure.key, figure.label)) }
    }
    var rows = [[""] + functions.map(\.name) + (functions.count == 2 ? ["ratio"] : [])]
    for (key, label) in labels {
      var row = [label]
      for median in medians { row.append(median.figures.first { $0.key == key }?.text ?? "-") }
      if medians.count == 2 {
        row.append(medians[1].ratio(key, to: medians[0]).map { String(format: "%.2f", $0) } ?? "-")
      }
      rows.append(row)
    }
    var lines = ["\(machine); \(database)"]
    lines += rows.count > 1 ? Self.aligned(rows) : []
    lines += functions.map { function in
      let counts = function.counts
      let (answered, errors) = (counts.answered.counted("sign-up"), counts.errors.counted("error"))
      return "\(function.name): \(answered) answered, \(counts.lost) lost, \(errors)"
    }
    if let incompleteness { lines.append(incompleteness) }
    return lines.joined(separator: "\n")
  }

  /// Columns, of which all but the first are flush right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }
  }

  // MARK: For machines

  /// One object.
  var json: [UInt8] {
    JSONWriter.object { report in
      report.add("machine", machine)
      report.add("database", database)
      report.add("complete", incompleteness == nil)
      report.object("plan", writePlan)
      report.object("price") {
        $0.add("gb_second_usd", price.gigabyteSecond)
        $0.add("million_requests_usd", price.millionRequests)
        $0.add("memory_mb", price.megabytes)
      }
      report.array("functions") { list in
        for (function, medians) in zip(functions, medians) { list.object { write(function, medians, &$0) } }
      }
      if functions.count == 2 {
        let medians = medians
        report.object("ratios") { ratios in
          for figure in medians[1].figures {
            if let ratio = medians[1].ratio(figure.key, to: medians[0]) { ratios.add(figure.key, ratio) }
          }
        }
      }
    }
  }

  private func writePlan(_ json: inout JSONObjectWriter) {
    json.array("runs") { for run in plan.runs { $0.add(run.rawValue) } }
    json.add("starts", plan.starts)
    json.add("events", plan.events)
    json.add("sparse_events", plan.sparseEvents)
    json.add("gap_ms", plan.gap / .milliseconds(1))
    json.add("concurrency", plan.concurrency)
    json.add("managed", plan.isManaged)
    json.add("rounds", plan.rounds)
  }

  private func write(_ function: Function, _ medians: BenchMedians, _ json: inout JSONObjectWriter) {
    json.add("name", function.name)
    json.add("path", function.path)
    json.add("executable_bytes", function.bytes)
    json.add("answered", function.counts.answered)
    json.add("lost", function.counts.lost)
    json.add("errors", function.counts.errors)
    json.object("medians") { write(medians.figures, &$0) }
    json.array("rounds") { list in
      for round in function.rounds { list.object { write(round.figures(price), &$0) } }
    }
  }

  private func write(_ figures: [BenchFigure], _ json: inout JSONObjectWriter) {
    for figure in figures { json.add(figure.key, figure.value) }
  }

  // MARK: For the eye

  /// All latencies, of all rounds.
  var chart: LatencyChart {
    let panels = plan.runs.map { run in
      LatencyChart.Panel(
        title: run == .cold
          ? "cold: from the process's start to its first answer" : "\(run): from the event's hand-out to the answer",
        series: functions.map { function in
          Latencies(
            function.rounds.flatMap { run == .cold ? $0.starts.map(\.total) : $0.loads[run]?.latencies ?? [] })
        })
    }
    return LatencyChart(
      title: "Latencies of confirmed sign-ups", subtitle: "\(machine); \(database)", names: functions.map(\.name),
      panels: panels)
  }
}

extension BenchFigure {
  /// The value with its unit.
  var text: String {
    switch unit {
    case .milliseconds: String(format: "%.2f ms", value)
    case .microseconds: String(format: "%.1f µs", value)
    case .megabytes: String(format: "%.1f MB", value)
    case .perSecond: String(format: "%.0f", value)
    case .dollars: String(format: "$%.4f", value)
    }
  }
}
