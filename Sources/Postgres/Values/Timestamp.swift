import Glibc

/// An instant in UTC, in microseconds: the grain of PostgreSQL's `timestamptz`.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted; negative before then.
  public let microsecondsSinceEpoch: Int64

  /// Makes the instant that is so many microseconds after (or, if negative, before) 1970-01-01T00:00:00Z.
  public init(microsecondsSinceEpoch: Int64) {
    self.microsecondsSinceEpoch = microsecondsSinceEpoch
  }

  /// The present by the system's realtime clock.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Whether one instant is before the other.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
  }

  /// The instant by [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339), always with six digits of a second's fraction
  /// and in UTC: `2023-03-14T15:09:26.535897Z`. Years that RFC 3339 cannot write have a sign, as in ISO 8601.
  public var description: String {
    let (days, timeOfDay) = microsecondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: 86_400_000_000)
    let date = CivilDate(daysSinceEpoch: days)
    let (seconds, fraction) = timeOfDay.quotientAndRemainder(dividingBy: 1_000_000)
    return "\(date)T\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
      + ".\(padded(fraction, 6))Z"
  }
}

/// A day of the proleptic Gregorian calendar, which PostgreSQL and ISO 8601 use for all time.
private struct CivilDate: CustomStringConvertible {
  let year: Int64
  let month: Int64
  let day: Int64

  /// Counts in years that begin on 1 March, so that the leap day is a year's last, and in eras of 400 of these,
  /// which all have the same number of days.
  init(daysSinceEpoch: Int64) {
    let daysFromEraZero = daysSinceEpoch + 719_468  // 1970-01-01 is so many days after 0000-03-01.
    let (era, dayOfEra) = daysFromEraZero.flooredQuotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  var description: String {
    let sign = year < 0 ? "-" : year > 9999 ? "+" : ""
    return "\(sign)\(padded(abs(year), 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
  /// Rounds the quotient down, so that the remainder is never negative (for a positive divisor).
  fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
