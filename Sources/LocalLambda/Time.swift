import Glibc

extension Duration {
  /// Whole milliseconds, bounded so that a date plus a duration never overflows.
  var milliseconds: Int64 {
    Int64(min(max(self / .milliseconds(1), -1e15), 1e15))
  }
}

/// The realtime clock, in milliseconds since the Unix epoch.
func millisecondsSinceEpoch() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

/// A moment as a calendar and a clock of UTC show it, to the second.
struct UTCTime {
  private let parts: tm

  /// Takes milliseconds since the Unix epoch; without any, it is now.
  init(milliseconds: Int64 = millisecondsSinceEpoch()) {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    self.parts = parts
  }

  var year: String { String(1900 + parts.tm_year) }
  var month: String { Int(1 + parts.tm_mon).twoDigits }
  var day: String { Int(parts.tm_mday).twoDigits }
  /// The first three letters of its English name.
  var monthName: String {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][Int(parts.tm_mon)]
  }
  /// The first three letters of its English name.
  var weekdayName: String { ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)] }
  /// Hours, minutes and seconds, with colons.
  var clock: String {
    [parts.tm_hour, parts.tm_min, parts.tm_sec].map { Int($0).twoDigits }.joined(separator: ":")
  }

  /// Milliseconds since the Unix epoch, as RFC 3339 has them.
  static func rfc3339(milliseconds: Int64) -> String {
    let time = UTCTime(milliseconds: milliseconds)
    return "\(time.year)-\(time.month)-\(time.day)T\(time.clock).\(String(1000 + milliseconds % 1000).dropFirst())Z"
  }
}

extension BinaryInteger {
  /// With a zero in front where it has but one digit.
  var twoDigits: String { self < 10 ? "0\(self)" : "\(self)" }
}

/// What an operation gives within a time; nil if that passes first, and the operation's task is cancelled then.
///
/// The operation has to heed the cancellation, because its end is waited for.
func within<Value: Sendable>(
  _ limit: Duration, _ operation: @escaping @Sendable () async -> Value
) async -> Value? {
  await withTaskGroup(of: Value?.self) { group in
    group.addTask { await operation() }
    group.addTask {
      try? await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    return await group.next() ?? nil
  }
}
