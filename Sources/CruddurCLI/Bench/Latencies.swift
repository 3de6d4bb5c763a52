/// What a number of events, or of starts, took, in the order from the shortest to the longest.
struct Latencies: Equatable {
  let sorted: [Duration]

  init(_ durations: some Sequence<Duration>) {
    sorted = durations.sorted()
  }

  /// The duration that so many percent of all are not longer than, one of those that there were (the nearest rank):
  /// nothing is interpolated. Nil if there are none.
  func percentile(_ percent: Double) -> Duration? {
    guard !sorted.isEmpty else { return nil }
    // 99 percent of 100 are 99, whatever binary fractions make of it.
    let rank = Int((Double(sorted.count) * percent / 100 - 1e-9).rounded(.up))
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }

  /// The percentiles that are told of any latencies.
  static let ranks: [(name: String, percent: Double)] = [("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)]
}

extension Sequence<Double> {
  /// The middle one, or the mean of the two that are in the middle; nil if there are none.
  var median: Double? {
    let sorted = sorted()
    guard let upper = sorted.dropFirst(sorted.count / 2).first else { return nil }
    return sorted.count.isMultiple(of: 2) ? (sorted[sorted.count / 2 - 1] + upper) / 2 : upper
  }
}

/// What Lambda would charge: <https://aws.amazon.com/lambda/pricing/>.
struct Price: Equatable {
  /// US dollars for a gigabyte of memory for a second.
  var gigabyteSecond: Double
  /// US dollars for a million requests.
  var millionRequests: Double
  /// The function's memory in megabytes, all of which is paid for, used or not.
  var megabytes: Int

  /// US dollars for a million events that take as long as these: each is billed by whole milliseconds, and since August
  /// 2025 with it the init, if there was one. Nil if there are none.
  func ofMillion(_ durations: [Duration]) -> Double? {
    guard !durations.isEmpty else { return nil }
    let billed = durations.map { max(1, ($0 / .milliseconds(1)).rounded(.up)) }.reduce(0, +)
    let seconds = billed / 1000 / Double(durations.count)
    return millionRequests + 1e6 * seconds * gigabyteSecond * Double(megabytes) / 1024
  }
}
