/// A span of time by the calendar: PostgreSQL's `interval`.
///
/// Months, days and microseconds stand beside each other, because a month has not always as many days, nor a day as many
/// hours; each may be negative. Two intervals are equal if all three are, where PostgreSQL takes a month for 30 days.
/// A `Duration` becomes one of microseconds alone: `Interval(.seconds(90))`.
public struct Interval: Hashable, Sendable, CustomStringConvertible {
  /// Twelve are a year.
  public var months: Int32
  /// Of 24 hours, or 23 or 25 where a clock is put forward or back.
  public var days: Int32
  /// Of hours, minutes and seconds.
  public var microseconds: Int64

  /// Makes an interval of its three parts.
  public init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
    self.months = months
    self.days = days
    self.microseconds = microseconds
  }

  /// The interval as in ISO 8601, as the server has it with `intervalstyle` set to `iso_8601`: `P1Y2M3DT4H5M6.7S`.
  public var description: String {
    let parts: [(Int64, String)] = [(Int64(months / 12), "Y"), (Int64(months % 12), "M"), (Int64(days), "D")]
    let seconds = microseconds / 1_000_000
    let timeParts: [(Int64, String)] = [(seconds / 3600, "H"), (seconds / 60 % 60, "M")]
    let date = parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
    let time = timeParts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined() + secondsText
    if date.isEmpty, time.isEmpty { return "PT0S" }
    return time.isEmpty ? "P\(date)" : "P\(date)T\(time)"
  }

  /// What is left of the hours and minutes, without zeros at the end; nothing if that is nothing.
  private var secondsText: String {
    let rest = microseconds % 60_000_000
    guard rest != 0 else { return "" }
    let (seconds, fraction) = Int(rest.magnitude).quotientAndRemainder(dividingBy: 1_000_000)
    var text = "\(rest < 0 ? "-" : "")\(seconds)"
    if fraction > 0 {
      text += ".\(padded(fraction, 6))"
      while text.hasSuffix("0") { text.removeLast() }
    }
    return text + "S"
  }
}

// The binary format is that of interval_send and interval_recv:
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/timestamp.c.

extension Interval: ParameterEncodable {
  /// `interval`
  public static var dataType: DataType { .interval }

  /// Appends 16 bytes. Throws ``ParameterError/outOfRange`` for one that PostgreSQL would take for an infinity.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    guard !isInfinite else { throw .outOfRange }
    buffer.append(microseconds)
    buffer.append(days)
    buffer.append(months)
  }
}

extension Interval: ColumnDecodable {
  /// Reads `interval`. Neither infinity is a span of time: both throw ``ColumnDecodingError/outOfRange``.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .interval else { throw .typeMismatch }
    var bytes = bytes
    microseconds = try bytes.takeInteger()
    days = try bytes.takeInteger()
    months = try bytes.bigEndian()
    guard !isInfinite else { throw .outOfRange }
  }
}

extension Interval {
  /// Whether all three parts are the most or the least there is, which PostgreSQL has for the infinities since version 17.
  private var isInfinite: Bool {
    (months, days, microseconds) == (.max, .max, .max) || (months, days, microseconds) == (.min, .min, .min)
  }

  /// Makes an interval of microseconds alone. What is less than a whole one is cut off, and what is more than 292,000 years.
  public init(_ duration: Duration) {
    let attosecondsOfMicrosecond: Int128 = 1_000_000_000_000
    self.init(microseconds: Int64(clamping: duration.attoseconds / attosecondsOfMicrosecond))
  }

  /// The duration of an interval; nil for one of months or days, which have no certain one.
  public var duration: Duration? { months == 0 && days == 0 ? .microseconds(microseconds) : nil }
}
