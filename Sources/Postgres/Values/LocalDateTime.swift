/// A date and a time of day, wherever that is: PostgreSQL's `timestamp without time zone`. It is no instant, because
/// nobody says in which time zone a clock shows it; ``Timestamp`` is one.
public struct LocalDateTime: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00 of the same clock; negative before then.
  public let microsecondsSinceEpoch: Int64

  /// Makes the date and time that is so many microseconds after (or, if negative, before) 1970-01-01T00:00:00.
  public init(microsecondsSinceEpoch: Int64) {
    self.microsecondsSinceEpoch = microsecondsSinceEpoch
  }

  /// Makes it of both; 24:00:00 is the next day's beginning. Nil if it is more than 292,000 years away.
  public init?(_ date: LocalDate, _ time: LocalTime) {
    let midnight = Int128(date.daysSinceEpoch) * Int128(LocalTime.microsecondsOfDay)
    guard let sum = Int64(exactly: midnight + Int128(time.microsecondsSinceMidnight)) else { return nil }
    microsecondsSinceEpoch = sum
  }

  /// What a clock in UTC shows at an instant.
  public init(utc timestamp: Timestamp) {
    microsecondsSinceEpoch = timestamp.microsecondsSinceEpoch
  }

  /// The day.
  public var date: LocalDate { dateAndTime.date }

  /// The time of day, never 24:00:00.
  public var time: LocalTime { dateAndTime.time }

  private var dateAndTime: (date: LocalDate, time: LocalTime) {
    let (days, rest) = microsecondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: LocalTime.microsecondsOfDay)
    // Neither is ever out of range.
    let time = LocalTime(microsecondsSinceMidnight: rest) ?? .midnight
    return (LocalDate(daysSinceEpoch: Int32(clamping: days)), time)
  }

  /// Whether one is before the other on the same clock.
  public static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
    left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
  }

  /// The date and time as in ISO 8601, always with six digits of a second's fraction: `2023-03-14T15:09:26.535897`.
  public var description: String {
    let (date, time) = dateAndTime
    return "\(date)T\(time)"
  }

  /// Reads a date and a time as in ISO 8601, with a `T` or a space between them; nil for anything else.
  public init?(_ description: String) {
    var text = DigitScanner(description)
    guard let date = text.date(), text.skip("T") || text.skip(" "), let time = text.time(), text.isAtEnd else {
      return nil
    }
    self.init(date, time)
  }
}

extension LocalDateTime: ParameterEncodable {
  /// `timestamp without time zone`
  public static var dataType: DataType { .timestamp }

  /// Appends the microseconds since 2000. Throws ``ParameterError/outOfRange`` for one that PostgreSQL would take for an
  /// infinity, or that does not fit.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    try Timestamp(microsecondsSinceEpoch: microsecondsSinceEpoch).encode(into: &buffer)
  }
}

extension LocalDateTime: ColumnDecodable {
  /// Reads `timestamp without time zone`. Neither infinity is a date: both throw ``ColumnDecodingError/outOfRange``.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .timestamp else { throw .typeMismatch }
    self.init(utc: try Timestamp(decoding: bytes, of: type))
  }
}

extension Timestamp {
  /// The instant at which a clock in UTC shows a date and time.
  public init(utc dateTime: LocalDateTime) {
    self.init(microsecondsSinceEpoch: dateTime.microsecondsSinceEpoch)
  }
}
