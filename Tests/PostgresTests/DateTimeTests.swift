import Postgres
import TestSupport
import Testing

@Suite(.ownThread) struct DateTimeTests {
  /// Sends a value, and expects it back and the server to read the text as the same.
  private func expectRoundTrip<Value: PostgresCodable & Equatable>(
    _ sent: Value, _ type: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute(
      """
      SELECT \(sent) AS value, \(text)::\(unescapedSQL: type) = \(sent) AS same, pg_typeof(\(sent))::text AS type,
        \([sent, nil])::\(unescapedSQL: type)[] AS array
      """)[0]
    #expect(try row["same", as: Bool.self], sourceLocation: sourceLocation)
    #expect(try row["value", as: Value.self] == sent, sourceLocation: sourceLocation)
    #expect(try row["type", as: String.self] == Value.dataType.description, sourceLocation: sourceLocation)
    #expect(try row["array", as: [Value?].self] == [sent, nil], sourceLocation: sourceLocation)
  }

  @Test(
    arguments: [
      ("1970-01-01", 0, "1970-01-01"), ("2024-02-29", 19_782, "2024-02-29"), ("1999-12-31", 10_956, "1999-12-31"),
      ("0001-01-01", -719_162, "0001-01-01"), ("0000-12-31", -719_163, "0001-12-31 BC"),
      ("-4713-11-24", -2_440_588, "4714-11-24 BC"), ("+5874897-12-31", 2_145_042_905, "5874897-12-31"),
      ("+10000-01-01", 2_932_897, "10000-01-01"),
    ] as [(String, Int32, String)])
  func `A day is to the server what it is here`(text: String, days: Int32, sql: String) async throws {
    let date = try #require(LocalDate(text))
    #expect(date.daysSinceEpoch == days)
    #expect(date.description == text)
    let (year, month, day) = date.components
    #expect(LocalDate(year: year, month: month, day: day) == date)
    try await expectRoundTrip(date, "date", sql)
  }

  @Test(arguments: [
    "", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-04-31", "24-01-01", "2024-1-1",
    "2024-01-01 ", " 2024-01-01", "2024/01/01", "20240101", "10000-01-01", "+99999999-01-01", "2024-01-01T",
    "２024-01-01",
  ])
  func `Whatever is no day is nil`(text: String) {
    #expect(LocalDate(text) == nil)
  }

  @Test func `No number of a day traps`() {
    #expect(LocalDate(year: .max, month: 1, day: 1) == nil)
    #expect(LocalDate(year: 2024, month: .min, day: 1) == nil)
    for day in [0, 32, Int.min, .max] { #expect(LocalDate(year: 2024, month: 1, day: day) == nil) }
    #expect(LocalDate(year: 9_999_999, month: 1, day: 1) == nil)
    for days in [Int32.min, .max] {
      let date = LocalDate(daysSinceEpoch: days)
      let (year, month, day) = date.components
      #expect(LocalDate(year: year, month: month, day: day) == date)
    }
    #expect(LocalDate(daysSinceEpoch: -1) < LocalDate(daysSinceEpoch: 0))
  }

  @Test(arguments: ["infinity", "-infinity"])
  func `Infinity is no day and no local date and time`(infinity: String) async throws {
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute("SELECT \(infinity)::date AS d, \(infinity)::timestamp AS t")[0]
    let date = #expect(throws: PostgresError.self) { try row["d", as: LocalDate?.self] }
    #expect(date?.description == "Column \"d\" (date) has a value out of the range of LocalDate.")
    let time = #expect(throws: PostgresError.self) { try row["t", as: LocalDateTime?.self] }
    #expect(time?.reason == .decoding)
  }

  @Test func `What is too far away to be counted from 1970 is out of range`() {
    func bytes(_ integer: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: integer.bigEndian) { [UInt8]($0) } }
    let (days, microseconds) = (bytes(Int32.max - 1), bytes(Int64.max - 1))
    #expect(throws: ColumnDecodingError.outOfRange) { try LocalDate(decoding: days.span.bytes, of: .date) }
    #expect(throws: ColumnDecodingError.outOfRange) {
      try LocalDateTime(decoding: microseconds.span.bytes, of: .timestamp)
    }
    #expect(throws: ColumnDecodingError.outOfRange) {
      try Timestamp(decoding: microseconds.span.bytes, of: .timestamptz)
    }
  }

  @Test(arguments: [Int32.min, Int32.min + 10_956, Int32.min + 10_957] as [Int32])
  func `A day that the server would take for infinity is no parameter`(days: Int32) async throws {
    let connection = try await Connection.connect(sharedURL)
    let error = await #expect(throws: PostgresError.self) {
      try await connection.execute("SELECT \(LocalDate(daysSinceEpoch: days))")
    }
    #expect(error?.description == "Parameter $1 is out of range.")
  }

  @Test(
    arguments: [
      ("00:00:00.000000", 0), ("15:09:26.535897", 54_566_535_897), ("23:59:59.999999", 86_399_999_999),
      ("24:00:00.000000", 86_400_000_000),
    ] as [(String, Int64)])
  func `A time is to the server what it is here`(text: String, microseconds: Int64) async throws {
    let time = try #require(LocalTime(microsecondsSinceMidnight: microseconds))
    #expect(time.description == text)
    #expect(LocalTime(text) == time)
    try await expectRoundTrip(time, "time", text)
  }

  @Test func `A second's fraction may have fewer digits or none`() {
    #expect(LocalTime("12:30:00") == LocalTime(hour: 12, minute: 30))
    #expect(LocalTime("00:00:00.5") == LocalTime(microsecondsSinceMidnight: 500_000))
    #expect(LocalTime("00:00:00.000001")! > LocalTime.midnight)
  }

  @Test(arguments: [-1, 1_000_000, Int.min, .max])
  func `A number of a time that is out of range makes none`(number: Int) {
    #expect(LocalTime(hour: number, minute: 0) == nil)
    #expect(LocalTime(hour: 0, minute: number) == nil)
    #expect(LocalTime(hour: 0, minute: 0, second: number) == nil)
    #expect(LocalTime(hour: 0, minute: 0, second: 0, microsecond: number) == nil)
  }

  @Test(arguments: [
    "", "24:00:01", "24:00:00.000001", "12:60:00", "12:00:60", "1:00:00", "12:00", "12:00:00.", "12:00:00.1234567",
    "12:00:00Z", "-1:00:00", "12:00:00 ",
  ])
  func `Whatever is no time is nil`(text: String) {
    #expect(LocalTime(text) == nil)
  }

  @Test(arguments: [-1, 86_400_000_001, Int64.min, Int64.max] as [Int64])
  func `Bytes that are no time are an error`(microseconds: Int64) {
    let bytes = withUnsafeBytes(of: microseconds.bigEndian) { [UInt8]($0) }
    #expect(throws: ColumnDecodingError.malformed) { try LocalTime(decoding: bytes.span.bytes, of: .time) }
    #expect(LocalTime(microsecondsSinceMidnight: microseconds) == nil)
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00.000000", 0), ("1969-12-31T23:59:59.999999", -1),
      ("2023-03-14T15:09:26.535897", 1_678_806_566_535_897),
      ("+294247-01-01T23:59:59.999999", 9_223_371_331_199_999_999),
    ] as [(String, Int64)])
  func `A local date and time is to the server what it is here`(text: String, microseconds: Int64) async throws {
    let dateTime = try #require(LocalDateTime(text))
    #expect(dateTime.microsecondsSinceEpoch == microseconds)
    #expect(dateTime.description == text)
    #expect(LocalDateTime(dateTime.date, dateTime.time) == dateTime)
    #expect(LocalDateTime(utc: Timestamp(utc: dateTime)) == dateTime)
    try await expectRoundTrip(dateTime, "timestamp", String(text.drop { $0 == "+" }))
  }

  @Test func `A local date and time is not an instant`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute("SELECT now() AS value")[0]
    #expect(throws: PostgresError.self) { try row["value", as: LocalDateTime.self] }
    #expect(LocalDateTime("2024-01-01 00:00:00") != nil)
    for text in ["2024-01-01", "2024-01-01x00:00:00", "2024-01-01T00:00:00Z", "+5874897-01-01T00:00:00"] {
      #expect(LocalDateTime(text) == nil)
    }
    #expect(LocalDateTime("2024-01-01T24:00:00")?.description == "2024-01-02T00:00:00.000000")
    for microseconds in [Int64.min, .max] {
      let extreme = LocalDateTime(microsecondsSinceEpoch: microseconds)
      #expect(LocalDateTime(extreme.date, extreme.time) == extreme)
    }
  }

  @Test(
    arguments: [
      (Interval(), "PT0S"), (Interval(months: 14, days: 3, microseconds: 14_706_700_000), "P1Y2M3DT4H5M6.7S"),
      (Interval(months: -14, days: 3, microseconds: -1), "P-1Y-2M3DT-0.000001S"), (Interval(months: 12), "P1Y"),
      (Interval(microseconds: -3_600_000_000), "PT-1H"),
      (Interval(months: .max, days: .max, microseconds: .max - 1), nil),
      (Interval(months: .min + 1, days: .min + 1, microseconds: .min + 1), nil),
    ] as [(Interval, String?)])
  func `An interval is to the server what it is here`(interval: Interval, text: String?) async throws {
    if let text { #expect(interval.description == text) }
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("SET intervalstyle = 'iso_8601'")
    let row = try await connection.execute("SELECT \(interval) AS value, \(interval)::text AS text")[0]
    #expect(try row["text", as: String.self] == interval.description)
    #expect(try row["value", as: Interval.self] == interval)
  }

  @Test(arguments: [
    Interval(months: .max, days: .max, microseconds: .max), Interval(months: .min, days: .min, microseconds: .min),
  ])
  func `Infinity is no interval, and one that a server would take for it no parameter`(interval: Interval) async throws
  {
    let bytes =
      withUnsafeBytes(of: interval.microseconds.bigEndian) { [UInt8]($0) }
      + withUnsafeBytes(of: interval.days.bigEndian) { [UInt8]($0) }
      + withUnsafeBytes(of: interval.months.bigEndian) { [UInt8]($0) }
    #expect(throws: ColumnDecodingError.outOfRange) { try Interval(decoding: bytes.span.bytes, of: .interval) }
    let connection = try await Connection.connect(sharedURL)
    let error = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT \(interval)") }
    #expect(error?.description == "Parameter $1 is out of range.")
  }

  @Test func `A duration is an interval, and an interval of no months or days a duration`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute("SELECT (now() - \(Interval(.milliseconds(90_500))) < now()) AS value")
    #expect(try value(rows))
    #expect(Interval(.milliseconds(90_500)) == Interval(microseconds: 90_500_000))
    #expect(Interval(.nanoseconds(-1999)) == Interval(microseconds: -1))
    #expect(Interval(.seconds(Int64.max)).microseconds == .max)
    #expect(Interval(microseconds: 1).duration == .microseconds(1))
    #expect(Interval(days: 1).duration == nil)
    #expect(Interval(months: 1).duration == nil)
  }

  @Test func `Bytes that are too few or too many are an error`() {
    func expectMalformed<Value: ColumnDecodable>(_ count: Int, as type: Value.Type, of dataType: DataType) {
      for count in [0, count - 1, count + 1] {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(throws: ColumnDecodingError.malformed) { try Value(decoding: bytes.span.bytes, of: dataType) }
      }
    }
    expectMalformed(4, as: LocalDate.self, of: .date)
    expectMalformed(8, as: LocalTime.self, of: .time)
    expectMalformed(8, as: LocalDateTime.self, of: .timestamp)
    expectMalformed(8, as: Timestamp.self, of: .timestamptz)
    expectMalformed(16, as: Interval.self, of: .interval)
    expectMalformed(16, as: UUID.self, of: .uuid)
    expectMalformed(8, as: Int.self, of: .int8)
    expectMalformed(4, as: Int.self, of: .int4)
    expectMalformed(2, as: Int.self, of: .int2)
    expectMalformed(4, as: UInt32.self, of: .oid)
    expectMalformed(1, as: Bool.self, of: .bool)
    expectMalformed(1, as: UInt8.self, of: .char)
    expectMalformed(4, as: Float.self, of: .float4)
    expectMalformed(8, as: Double.self, of: .float8)
    expectMalformed(8, as: NetworkAddress.self, of: .inet)
    expectMalformed(20, as: NetworkAddress.self, of: .inet)
  }
}
