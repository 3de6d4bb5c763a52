/// A time of day, wherever it is, in microseconds: PostgreSQL's `time`. The end of a day is `24:00:00`.
public struct LocalTime: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// Microseconds since midnight, at most those of a day.
  public let microsecondsSinceMidnight: Int64

  static let microsecondsOfDay: Int64 = 86_400_000_000

  /// The beginning of a day.
  public static let midnight = LocalTime()

  private init() { microsecondsSinceMidnight = 0 }

  /// Makes the time that is so many microseconds after midnight; nil if the day has not so many.
  public init?(microsecondsSinceMidnight: Int64) {
    guard (0...Self.microsecondsOfDay).contains(microsecondsSinceMidnight) else { return nil }
    self.microsecondsSinceMidnight = microsecondsSinceMidnight
  }

  /// Makes a time of its numbers; nil if there is no such time. A second 60 is none.
  public init?(hour: Int, minute: Int, second: Int = 0, microsecond: Int = 0) {
    guard (0...24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second),
      (0..<1_000_000).contains(microsecond)
    else { return nil }
    self.init(microsecondsSinceMidnight: Int64(((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond))
  }

  /// The time's numbers.
  public var components: (hour: Int, minute: Int, second: Int, microsecond: Int) {
    let (seconds, microsecond) = Int(microsecondsSinceMidnight).quotientAndRemainder(dividingBy: 1_000_000)
    return (seconds / 3600, seconds / 60 % 60, seconds % 60, microsecond)
  }

  /// Whether one time is before the other.
  public static func < (left: LocalTime, right: LocalTime) -> Bool {
    left.microsecondsSinceMidnight < right.microsecondsSinceMidnight
  }

  /// The time as in ISO 8601, always with six digits of a second's fraction: `15:09:26.535897`.
  public var description: String {
    let (hour, minute, second, microsecond) = components
    return "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2)).\(padded(microsecond, 6))"
  }

  /// Reads a time as in ISO 8601, with up to six digits of a second's fraction, or none; nil for anything else.
  public init?(_ description: String) {
    var text = DigitScanner(description)
    guard let time = text.time(), text.isAtEnd else { return nil }
    self = time
  }
}

extension LocalTime: ParameterEncodable {
  /// `time without time zone`
  public static var dataType: DataType { .time }

  /// Appends the microseconds since midnight.
  public func encode(into buffer: inout ParameterBuffer) {
    buffer.append(microsecondsSinceMidnight)
  }
}

extension LocalTime: ColumnDecodable {
  /// Reads `time without time zone`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .time else { throw .typeMismatch }
    guard let time = LocalTime(microsecondsSinceMidnight: try bytes.bigEndian()) else { throw .malformed }
    self = time
  }
}
