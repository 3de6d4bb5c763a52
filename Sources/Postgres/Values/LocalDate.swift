/// A day of the calendar, wherever it is: PostgreSQL's `date`.
///
/// The calendar is the proleptic Gregorian one, which PostgreSQL and ISO 8601 use for all time; the year before 1 is 0,
/// which SQL writes as 1 BC.
public struct LocalDate: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// Days since 1970-01-01; negative before then.
  public let daysSinceEpoch: Int32

  /// Makes the day that is so many days after (or, if negative, before) 1970-01-01.
  public init(daysSinceEpoch: Int32) {
    self.daysSinceEpoch = daysSinceEpoch
  }

  /// Makes a day of its numbers, of which January and the first are 1. Nil if there is no such day, such as 29 February of
  /// most years, or if it is millions of years away.
  public init?(year: Int, month: Int, day: Int) {
    guard (-9_999_999...9_999_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Counts in years that begin on 1 March, so that the leap day is a year's last, and in eras of 400 of these, which
    // all have the same number of days.
    let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredQuotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    guard let days = Int32(exactly: era * Self.daysOfEra + dayOfEra - Self.daysBeforeEpoch) else { return nil }
    daysSinceEpoch = days
    guard components == (year, month, day) else { return nil }
  }

  /// The year, the month from 1 to 12 and the day of the month from 1 to 31.
  public var components: (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (Int(daysSinceEpoch) + Self.daysBeforeEpoch)
      .flooredQuotientAndRemainder(dividingBy: Self.daysOfEra)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }

  /// From 0000-03-01 to 1970-01-01.
  private static let daysBeforeEpoch = 719_468
  private static let daysOfEra = 146_097

  /// Whether one day is before the other.
  public static func < (left: LocalDate, right: LocalDate) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }

  /// The day as in ISO 8601: `2024-02-29`. Years that have not four digits have a sign.
  public var description: String {
    let (year, month, day) = components
    let sign = year < 0 ? "-" : year > 9999 ? "+" : ""
    return "\(sign)\(padded(abs(year), 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// Reads a day as in ISO 8601, see ``description``; nil for anything else.
  public init?(_ description: String) {
    var text = DigitScanner(description)
    guard let date = text.date(), text.isAtEnd else { return nil }
    self = date
  }
}

extension LocalDate: ParameterEncodable {
  /// `date`
  public static var dataType: DataType { .date }

  /// Days from 1970-01-01 to 2000-01-01, the day that PostgreSQL counts from.
  private static let postgresEpoch: Int32 = 10_957

  /// Appends the days since 2000. Throws ``ParameterError/outOfRange`` for a day that PostgreSQL would take for an
  /// infinity, or that does not fit.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    let (days, overflow) = daysSinceEpoch.subtractingReportingOverflow(Self.postgresEpoch)
    guard !overflow, days != .min else { throw .outOfRange }
    buffer.append(days)
  }
}

extension LocalDate: ColumnDecodable {
  /// Reads `date`. Neither infinity is a day: both throw ``ColumnDecodingError/outOfRange``.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .date else { throw .typeMismatch }
    let days = try bytes.bigEndian(as: Int32.self)
    let (sinceEpoch, overflow) = days.addingReportingOverflow(Self.postgresEpoch)
    guard days != .min, !overflow else { throw .outOfRange }
    self.init(daysSinceEpoch: sinceEpoch)
  }
}
