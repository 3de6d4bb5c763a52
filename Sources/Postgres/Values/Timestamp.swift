import Glibc

/// A moment, to the microsecond, independent of any time zone.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Since the beginning of 1970 in UTC, without leap seconds.
  public let microsecondsSinceEpoch: Int64

  /// PostgreSQL counts from the beginning of 2000.
  ///
  /// Source: <https://www.postgresql.org/docs/current/datatype-datetime.html>.
  private static let epochOf2000: Int64 = 946_684_800_000_000

  /// The beginning of 4714-11-24 BC, the first day that PostgreSQL has, in its own count.
  private static let first: Int64 = -211_813_488_000_000_000

  /// Makes a moment from its microseconds since the beginning of 1970 in UTC.
  public init(microsecondsSinceEpoch: Int64) {
    self.microsecondsSinceEpoch = microsecondsSinceEpoch
  }

  /// The moment that it is now.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  /// Takes over PostgreSQL's count; nil for what PostgreSQL calls infinity, and for what cannot be counted from 1970.
  init?(microsecondsSince2000: Int64) {
    let (value, overflow) = microsecondsSince2000.addingReportingOverflow(Timestamp.epochOf2000)
    guard !overflow, microsecondsSince2000 != .min else { return nil }
    self.init(microsecondsSinceEpoch: value)
  }

  /// PostgreSQL's count; nil where PostgreSQL has no such moment.
  var microsecondsSince2000: Int64? {
    let (value, overflow) = microsecondsSinceEpoch.subtractingReportingOverflow(Timestamp.epochOf2000)
    return overflow || value < Timestamp.first ? nil : value
  }

  /// Whether one moment is before another.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
  }

  /// RFC 3339 in UTC, with six digits of the second.
  public var description: String {
    let (days, remainder) = microsecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000)
    var seconds = Int(remainder < 0 ? days - 1 : days)
    let fraction = Int(remainder < 0 ? remainder + 1_000_000 : remainder)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [Timestamp.pad(Int(parts.tm_year) + 1900, 4), Timestamp.pad(Int(parts.tm_mon) + 1), Timestamp.pad(Int(parts.tm_mday))]
    let time = [Timestamp.pad(Int(parts.tm_hour)), Timestamp.pad(Int(parts.tm_min)), Timestamp.pad(Int(parts.tm_sec))]
    return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(Timestamp.pad(fraction, 6))Z"
  }

  private static func pad(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
