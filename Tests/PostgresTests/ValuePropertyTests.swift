import Postgres
import TestSupport
import Testing

/// Random values from a seed that a failure names: the server has to take each for what it is here.
@Suite(.ownThread) struct ValuePropertyTests {
  private let seed = UInt64.random(in: .min ... .max)

  /// xorshift64*: <https://www.jstatsoft.org/article/view/v008i14>.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 0x2545_F491_4F6C_DD1D
    }
  }

  private var generator: Generator { Generator(state: seed | 1) }

  @Test func `Numbers are the server's, as text and as values, and in its order`() async throws {
    var generator = generator
    let connection = try await Connection.connect(sharedURL)
    let texts = (0..<500).map { _ in
      let (whole, fraction) = (Int.random(in: 0...40, using: &generator), Int.random(in: 0...30, using: &generator))
      let zeros = Int.random(in: 0...12, using: &generator)
      func digits(_ count: Int) -> String {
        (0..<count).map { _ in Bool.random(using: &generator) ? "0" : "\(Int.random(in: 0...9, using: &generator))" }
          .joined()
      }
      let point = String(repeating: "0", count: zeros) + digits(fraction)
      let exponent = Bool.random(using: &generator) ? "e\(Int.random(in: -40...40, using: &generator))" : ""
      return (Bool.random(using: &generator) ? "-" : "") + "1" + digits(whole) + "." + point + exponent
    }
    let numbers = try texts.map { try #require(BigDecimal($0), "seed \(seed): \($0)") }
    let row = try await connection.execute(
      """
      SELECT \(numbers)::text[] AS written, \(texts)::numeric[]::text[] AS read, \(texts)::numeric[] AS values,
        ARRAY(SELECT n FROM unnest(\(numbers)) AS n ORDER BY n) AS sorted
      """)[0]
    let written = numbers.map(\.description)
    #expect(try row["written", as: [String].self] == written, "seed \(seed)")
    #expect(try row["read", as: [String].self] == written, "seed \(seed)")
    #expect(try row["values", as: [BigDecimal].self] == numbers, "seed \(seed)")
    #expect(try row["sorted", as: [BigDecimal].self] == numbers.sorted(), "seed \(seed)")
  }

  @Test func `Intervals are the server's, as text and as values`() async throws {
    var generator = generator
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("SET intervalstyle = 'iso_8601'")
    func part<Integer: FixedWidthInteger & SignedInteger>(_ type: Integer.Type) -> Integer {
      // The ends are infinity's from PostgreSQL 17 on.
      let most = Integer.max - 1
      return switch Int.random(in: 0...3, using: &generator) {
      case 0: 0
      case 1: Integer.random(in: -100...100, using: &generator)
      default:
        Integer.random(in: (0 - most)...most, using: &generator)
          >> Int.random(in: 0..<Integer.bitWidth, using: &generator)
      }
    }
    let intervals = (0..<500).map { _ in
      Interval(months: part(Int32.self), days: part(Int32.self), microseconds: part(Int64.self))
    }
    let row = try await connection.execute("SELECT \(intervals) AS values, \(intervals)::text[] AS texts")[0]
    #expect(try row["values", as: [Interval].self] == intervals, "seed \(seed)")
    #expect(try row["texts", as: [String].self] == intervals.map(\.description), "seed \(seed)")
  }

  @Test func `Days and times are the server's, as text and as values`() async throws {
    var generator = generator
    let connection = try await Connection.connect(sharedURL)
    // From 0001-01-01 to 9999-12-31, where both write alike.
    let dates = (0..<500).map { _ in LocalDate(daysSinceEpoch: .random(in: -719_162...2_932_896, using: &generator)) }
    let times = (0..<500).map { _ in Int64.random(in: 0...86_400_000_000, using: &generator) }
      .compactMap { LocalTime(microsecondsSinceMidnight: $0) }
    let both = zip(dates, times).compactMap { LocalDateTime($0, $1) }
    let row = try await connection.execute(
      """
      SELECT \(dates)::text[] AS date_texts, \(dates.map(\.description))::date[] AS dates,
        \(times.map(\.description))::time[] AS times, \(both.map(\.description))::timestamp[] AS both,
        \(both) = \(both.map(\.description))::timestamp[] AS same
      """)[0]
    #expect(try row["date_texts", as: [String].self] == dates.map(\.description), "seed \(seed)")
    #expect(try row["dates", as: [LocalDate].self] == dates, "seed \(seed)")
    #expect(try row["times", as: [LocalTime].self] == times, "seed \(seed)")
    #expect(try row["both", as: [LocalDateTime].self] == both, "seed \(seed)")
    #expect(try row["same", as: Bool.self], "seed \(seed)")
    #expect(dates.allSatisfy { LocalDate($0.description) == $0 }, "seed \(seed)")
    #expect(both.allSatisfy { LocalDateTime($0.description) == $0 }, "seed \(seed)")
  }

  @Test func `Days and times of all that the server has are its own, before Christ, too`() async throws {
    var generator = generator
    let connection = try await Connection.connect(sharedURL)
    let dates = (0..<500).map { _ in
      LocalDate(daysSinceEpoch: .random(in: -2_440_588...2_145_042_905, using: &generator))
    }
    let times = (0..<500).map { _ in
      LocalDateTime(
        microsecondsSinceEpoch: .random(in: -210_866_803_200_000_000...9_223_371_331_199_999_999, using: &generator))
    }
    // Of a year before 1 SQL tells how many years before Christ it is, of which there is no zeroth.
    let rows = try await connection.execute(
      """
      SELECT d - '1970-01-01'::date, extract(year FROM d)::int + (d < '0001-01-01')::int, extract(month FROM d)::int,
        extract(day FROM d)::int, (extract(epoch FROM t) * 1000000)::int8, t::date, t::time
      FROM unnest(\(dates), \(times)) WITH ORDINALITY AS pairs (d, t, place) ORDER BY place
      """)
    let read = try rows.decode((Int32, Int, Int, Int, Int64, LocalDate, LocalTime).self)
    #expect(read.map(\.0) == dates.map(\.daysSinceEpoch), "seed \(seed)")
    #expect(zip(read, dates).allSatisfy { ($0.1, $0.2, $0.3) == $1.components }, "seed \(seed)")
    #expect(read.map(\.4) == times.map(\.microsecondsSinceEpoch), "seed \(seed)")
    #expect(read.map(\.5) == times.map(\.date), "seed \(seed)")
    #expect(read.map(\.6) == times.map(\.time), "seed \(seed)")
    #expect(dates.allSatisfy { LocalDate($0.description) == $0 }, "seed \(seed)")
    #expect(times.allSatisfy { LocalDateTime($0.description) == $0 }, "seed \(seed)")
  }

  @Test func `Arrays of text and bytes come back, whatever is in them`() async throws {
    var generator = generator
    let connection = try await Connection.connect(sharedURL)
    let alphabet: [Character] = ["\"", "\\", ",", "{", "}", " ", "\n", "N", "U", "L", "'", "é", "😀", "\u{1}"]
    let texts = (0..<500).map { _ -> String? in
      guard Int.random(in: 0...9, using: &generator) > 0 else { return nil }
      return String(
        (0..<Int.random(in: 0...8, using: &generator)).compactMap { _ in alphabet.randomElement(using: &generator) })
    }
    let bytes = (0..<500).map { _ -> [UInt8]? in
      guard Int.random(in: 0...9, using: &generator) > 0 else { return nil }
      return (0..<Int.random(in: 0...8, using: &generator)).map { _ in .random(in: .min ... .max, using: &generator) }
    }
    let row = try await connection.execute("SELECT \(texts)::text[] AS texts, \(bytes) AS bytes")[0]
    #expect(try row["texts", as: [String?].self] == texts, "seed \(seed)")
    #expect(try row["bytes", as: [[UInt8]?].self] == bytes, "seed \(seed)")
  }

  @Test func `No bytes trap, whatever they are read as`() {
    var generator = generator
    func read<Value: ColumnDecodable>(_ bytes: [UInt8], _ type: Value.Type, _ dataTypes: DataType...) {
      for dataType in dataTypes {
        guard let value = try? Value(decoding: bytes.span.bytes, of: dataType) else { continue }
        #expect(!"\(value)".isEmpty || value is String, "seed \(seed)")
      }
    }
    for _ in 0..<5000 {
      let few = Bool.random(using: &generator)
      let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ -> UInt8 in
        few ? .random(in: 0...3, using: &generator) : .random(in: .min ... .max, using: &generator)
      }
      read(bytes, BigDecimal.self, .numeric)
      read(bytes, Interval.self, .interval)
      read(bytes, LocalDate.self, .date)
      read(bytes, LocalTime.self, .time)
      read(bytes, LocalDateTime.self, .timestamp)
      read(bytes, NetworkAddress.self, .inet, .cidr)
      read(bytes, String.self, .text, .jsonb, .char, DataType(rawValue: 99_999))
      read(bytes, [UInt8].self, .bytea, .jsonb)
      read(bytes, [Int?].self, DataType(rawValue: 1007), DataType(rawValue: 99_999))
      read(bytes, [String].self, DataType(rawValue: 1009))
      read(bytes, [[UInt8]].self, DataType(rawValue: 1001))
    }
  }
}
