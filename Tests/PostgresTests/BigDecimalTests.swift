import Postgres
import TestSupport
import Testing

@Suite(.ownThread) struct BigDecimalTests {
  /// The longest that a `numeric` can be: 131,072 digits before the point and 16,383 behind it.
  static let longest = String(repeating: "9", count: 131_072) + "." + String(repeating: "9", count: 16_383)

  @Test(arguments: [
    "0", "0.00", "1", "-1", "10000", "9999", "12345678901234567890", "-0.0001", "0.00001", "100.500", "99990000.0001",
    "1.50", "-12345.6789", "0.1", "123456789012345678901234567890.123456789", "NaN", "Infinity", "-Infinity", longest,
    "-" + longest, "0." + String(repeating: "0", count: 16_382) + "1", "1" + String(repeating: "0", count: 131_071),
  ])
  func `A number is to the server what it is here, to the last zero`(text: String) async throws {
    let sent = try #require(BigDecimal(text))
    #expect(sent.description == text)
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute(
      "SELECT \(sent) AS value, \(sent)::text AS text, \(text)::numeric AS read, \([sent, nil])::numeric[] AS array")[0]
    #expect(try row["text", as: String.self] == text)
    #expect(try row["value", as: BigDecimal.self] == sent)
    #expect(try row["read", as: BigDecimal.self].description == text)
    #expect(try row["array", as: [BigDecimal?].self] == [sent, nil])
  }

  @Test(arguments: [
    ("+1.5", "1.5"), ("00012", "12"), (".5", "0.5"), ("5.", "5"), ("-0", "0"), ("-0.0", "0.0"), ("1e3", "1000"),
    ("1.5E-3", "0.0015"), ("1.5e+1", "15"), ("1.25e1", "12.5"), ("0e5", "0"), ("0e1000000", "0"),
    ("0." + String(repeating: "0", count: 140_000) + "1e270000", "1" + String(repeating: "0", count: 129_999)),
    ("nan", "NaN"), ("inf", "Infinity"),
    ("+Infinity", "Infinity"), ("-INF", "-Infinity"), ("1e131071", "1" + String(repeating: "0", count: 131_071)),
  ])
  func `What SQL reads is read as it reads it`(text: String, same: String) async throws {
    let number = try #require(BigDecimal(text))
    #expect(number.description == same)
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute("SELECT \(text)::numeric::text AS read, \(number)::text AS sent")[0]
    #expect(try row["read", as: String.self] == same)
    #expect(try row["sent", as: String.self] == same)
  }

  @Test(arguments: [
    "", "-", "+", ".", "e1", "1e", "1e+", "1.2.3", "1,5", " 1", "1 ", "1_000", "0x1F", "--1", "+-1", "-NaN", "infinit",
    "１", "1e131072", "1e-16384", "1e9223372036854775807", "1e-9223372036854775808", "1e99999999999999999999",
    "0." + String(repeating: "0", count: 16_384),
  ])
  func `Whatever is no number is nil`(text: String) {
    #expect(BigDecimal(text) == nil)
  }

  @Test func `The order is the server's`() async throws {
    let texts = [
      "-Infinity", "-10000", "-9999.5", "-9999", "-0.0001", "0", "0.00001", "0.0001", "0.5", "1", "9999", "10000",
      "10000.1",
      "123456789", "Infinity", "NaN",
    ]
    let numbers = try texts.map { try #require(BigDecimal($0)) }
    #expect(numbers.shuffled().sorted() == numbers)
    let connection = try await Connection.connect(sharedURL)
    let sorted = try await connection.execute("SELECT n AS value FROM unnest(\(numbers.shuffled())) AS n ORDER BY n")
    #expect(try sorted.map { try $0["value", as: BigDecimal.self] } == numbers)
    for (left, right) in zip(numbers, numbers.dropFirst()) {
      #expect(left < right)
      #expect(!(right < left))
    }
  }

  @Test func `A number is finite, or infinite, or none`() throws {
    let negative = try #require(BigDecimal("-1.5"))
    #expect([0, negative, .infinity, .negativeInfinity, .nan].map(\.isFinite) == [true, true, false, false, false])
    #expect([0, negative, .infinity, .negativeInfinity, .nan].map(\.isNaN) == [false, false, false, false, true])
  }

  @Test func `Zeros behind the point make no other number`() throws {
    let (one, other) = (try #require(BigDecimal("1.5")), try #require(BigDecimal("1.500")))
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect(other.scale == 3)
    #expect(!(one < other) && !(other < one))
    #expect(BigDecimal.nan == .nan)
  }

  @Test(arguments: [(1, 10_000), (1, -1), (0, .nan), (.infinity, .negativeInfinity)] as [(BigDecimal, BigDecimal)])
  func `Other digits, signs and sizes make another number`(one: BigDecimal, other: BigDecimal) {
    #expect(one != other)
  }

  @Test func `Integers become numbers, and numbers integers if they are`() throws {
    let seven: BigDecimal = 7
    #expect(seven.description == "7")
    #expect(BigDecimal(Int.min).description == "-9223372036854775808")
    #expect(BigDecimal(UInt64.max).description == "18446744073709551615")
    #expect(BigDecimal(Int8.min).description == "-128")
    for integer in [0, 1, -1, 9999, 10000, -10000, .max, .min] { #expect(Int(exactly: BigDecimal(integer)) == integer) }
    for text in ["0.5", "9223372036854775808", "-9223372036854775809", "1e100", "NaN", "Infinity", "10000.0001"] {
      #expect(Int(exactly: try #require(BigDecimal(text))) == nil)
    }
    #expect(Int(exactly: try #require(BigDecimal("120.00"))) == 120)
  }

  /// Count, weight, sign and scale in two bytes each, and the digits.
  @Test(
    arguments: [
      [], [0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0x12, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0x27, 0x10], [0, 0, 0, 0, 0, 0, 0x40, 0],
      [0, 1, 255, 255, 0, 0, 0, 1, 0, 1], [0, 1, 0, 0, 0xC0, 0, 0, 0, 0, 1], [255, 255, 0, 0, 0, 0, 0, 0],
    ] as [[UInt8]])
  func `Bytes that are no number are an error`(bytes: [UInt8]) {
    #expect(throws: ColumnDecodingError.malformed) { try BigDecimal(decoding: bytes.span.bytes, of: .numeric) }
  }

  @Test func `The scale that servers give an infinity is none`() throws {
    let bytes: [UInt8] = [0, 0, 0, 0, 0xD0, 0, 0, 0x20]
    #expect(try BigDecimal(decoding: bytes.span.bytes, of: .numeric).scale == 0)
  }

  @Test func `Zeros that no server sends are dropped`() throws {
    let bytes: [UInt8] = [0, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0]
    #expect(try BigDecimal(decoding: bytes.span.bytes, of: .numeric) == 7)
  }
}
