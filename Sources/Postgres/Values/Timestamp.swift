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
  public var description: String { "\(LocalDateTime(utc: self))Z" }
}
