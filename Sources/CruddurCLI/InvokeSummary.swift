/// How one event went.
struct Delivery: Sendable {
  /// What is known of the time that it took.
  struct Figures: Sendable, Equatable {
    /// Nil where the function never had the event.
    let duration: Duration?
    /// Whether a process was started for it.
    let isColdStart: Bool
  }

  /// The function's answer; nil where there is none.
  let answer: [UInt8]?
  /// What to tell the user where there is no answer.
  let failure: String?
  /// For standard error; of a function on this machine, what it has written there is not in it.
  let log: [UInt8]
  /// Nil where nobody knows.
  let figures: Figures?
}

/// What several deliveries come to.
struct InvokeSummary {
  private var count = 0
  private var errors = 0
  private var coldStarts = 0
  private var durations: [Duration] = []

  /// Adds a delivery; `isError` says whether it was not answered as it had to be.
  mutating func add(_ figures: Delivery.Figures?, isError: Bool) {
    count += 1
    if isError { errors += 1 }
    guard let figures else { return }
    if figures.isColdStart { coldStarts += 1 }
    if let duration = figures.duration { durations.append(duration) }
  }

  /// One sentence.
  var sentence: String {
    let latencies = Latencies(durations)
    let ranks = [("p50", 50.0), ("p95", 95), ("p99", 99), ("max", 100)].compactMap { name, percent in
      latencies.percentile(percent).map { "\(name) \($0.millisecondsText) ms" }
    }
    let duration = ranks.isEmpty ? "" : "; duration " + ranks.joined(separator: ", ")
    return [(count, "invocation"), (errors, "error"), (coldStarts, "cold start")]
      .map { $0.counted($1) }.joined(separator: ", ") + duration + "."
  }
}

extension Int {
  /// So many of something: `1 error`, `2 errors`.
  func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension Duration {
  /// Milliseconds with two decimals, as in a REPORT line.
  fileprivate var millisecondsText: String {
    let hundredths = Int((self / .microseconds(10)).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
