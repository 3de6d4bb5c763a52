import Postgres
import TestSupport
import Testing

/// What is sent comes back, and the server takes it for what it is.
@Suite(.ownThread) struct RoundTripTests {
  private func roundTrip<Value: ParameterEncodable & ColumnDecodable>(_ sent: Value, _ type: String) async throws
    -> Value
  {
    let connection = try await Connection.connect(sharedURL)
    return try value(await connection.execute("SELECT \(sent)::\(unescapedSQL: type) AS value"))
  }

  @Test(arguments: [
    "", "Ana", "O'Brien", "Robert'); DROP TABLE users;--", "back\\slash", "\"quoted\"", "%s $1 :name {x}",
    "😀 e\u{301} \u{202E}desrever", "line\nfeed\r\ttab", "\u{1}\u{7F}\u{FFFF}\u{10FFFF}",
    String(repeating: "ж", count: 5000),
  ])
  func `Text comes back as it was sent`(text: String) async throws {
    for type in ["text", "varchar"] { #expect(try await roundTrip(text, type) == text) }
    #expect(try await roundTrip(text, "text").utf8.elementsEqual(text.utf8))
  }

  @Test(arguments: [true, false])
  func `Booleans come back as they were sent`(bool: Bool) async throws {
    #expect(try await roundTrip(bool, "boolean") == bool)
  }

  @Test(arguments: [
    (0, "int2"), (-1, "int2"), (32_767, "int2"), (-2_147_483_648, "int4"), (Int.max, "int8"), (.min, "int8"),
  ])
  func `Integers come back as they were sent`(integer: Int, type: String) async throws {
    #expect(try await roundTrip(integer, type) == integer)
  }

  @Test(arguments: [0, -0.5, 1e308, .leastNonzeroMagnitude, .infinity, -.infinity])
  func `Doubles come back as they were sent`(double: Double) async throws {
    #expect(try await roundTrip(double, "float8") == double)
  }

  @Test func `A double that is not a number comes back, and so does one that is stored as a float`() async throws {
    #expect(try await roundTrip(Double.nan, "float8").isNaN)
    #expect(try await roundTrip(0.1, "float4") == Double(Float(0.1)))
  }

  @Test func `UUIDs come back as they were sent`() async throws {
    let uuid = UUID(high: 0xf81d_4fae_7dec_11d0, low: 0xa765_00a0_c91e_6bf6)
    #expect(try await roundTrip(uuid, "uuid") == uuid)
    let connection = try await Connection.connect(sharedURL)
    #expect(try value(await connection.execute("SELECT \(uuid)::text AS value")) == uuid.description)
  }

  @Test(arguments: [0, -1, 1_678_806_566_535_897, -210_866_803_200_000_000, 9_223_371_331_199_999_999])
  func `Timestamps come back as they were sent`(microseconds: Int64) async throws {
    let timestamp = Timestamp(microsecondsSinceEpoch: microseconds)
    #expect(try await roundTrip(timestamp, "timestamptz") == timestamp)
  }

  @Test(arguments: [[], [0], Array(0...255), [UInt8](repeating: 0x27, count: 100_000)])
  func `Bytes come back as they were sent`(bytes: [UInt8]) async throws {
    #expect(try await roundTrip(bytes, "bytea") == bytes)
  }

  @Test func `NULL of every type comes back as nil`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute(
      """
      SELECT \(nil as String?)::text AS a, \(nil as Bool?) AS b, \(nil as Int?) AS c, \(nil as Double?) AS d,
        \(nil as UUID?) AS e, \(nil as Timestamp?) AS f, \(nil as [UInt8]?) AS g
      """)
    let row = rows[0]
    #expect(try row["a", as: String?.self] == nil)
    #expect(try row["b", as: Bool?.self] == nil)
    #expect(try row["c", as: Int?.self] == nil)
    #expect(try row["d", as: Double?.self] == nil)
    #expect(try row["e", as: UUID?.self] == nil)
    #expect(try row["f", as: Timestamp?.self] == nil)
    #expect(try row["g", as: [UInt8]?.self] == nil)
  }

  @Test func `The server knows each parameter's type without a cast`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute(
      """
      SELECT concat_ws(' ', pg_typeof(\(true)), pg_typeof(\(1)), pg_typeof(\(1.5)), pg_typeof(\(UUID(high: 0, low: 0))),
        pg_typeof(\(Timestamp.now)), pg_typeof(\([UInt8]()))) AS value
      """)
    #expect(try value(rows) == "boolean bigint double precision uuid timestamp with time zone bytea")
  }

  @Test func `The server infers a text's type from where it stands`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TEMPORARY TABLE t (i integer, d date, j jsonb, u uuid)")
    let text = "00000000-0000-0000-0000-00000000000a"
    try await connection.execute("INSERT INTO t VALUES (\("42"), \("2024-02-29"), \("[1]"), \(text))")
    let row = try await connection.execute("SELECT i, d::text AS d, j, u FROM t")[0]
    #expect(try row["i", as: Int.self] == 42)
    #expect(try row["d", as: String.self] == "2024-02-29")
    #expect(try row["j", as: String.self] == "[1]")
    #expect(try row["u", as: UUID.self].description == text)
  }

  @Test func `The session's settings change nothing`() async throws {
    let plain = try await Connection.connect(sharedURL)
    let odd = try await Connection.connect(sharedURL)
    try await odd.execute("SET TimeZone = 'Asia/Kathmandu'")
    try await odd.execute("SET DateStyle = 'SQL, DMY'")
    try await odd.execute("SET extra_float_digits = -15")
    try await odd.execute("SET bytea_output = 'escape'")
    let sent = Timestamp(microsecondsSinceEpoch: 1_678_806_566_535_897)
    for connection in [plain, odd] {
      let row = try await connection.execute("SELECT \(sent) AS t, 0.1::float8 AS d, '\\x00ff'::bytea AS b")[0]
      #expect(try row["t", as: Timestamp.self] == sent)
      #expect(try row["d", as: Double.self] == 0.1)
      #expect(try row["b", as: [UInt8].self] == [0, 255])
    }
  }

  @Test func `Text is UTF-8 whatever the environment or the connection string says`() async throws {
    let url = try await ThrowawayPostgres.shared.url(database: "postgres", query: "client_encoding=LATIN1")
    let connection = try await Connection.connect(url)
    #expect(try value(await connection.execute("SELECT \("é😀")::text AS value")) == "é😀")
    #expect(try await connection.execute("SHOW client_encoding")[0]["client_encoding", as: String.self] == "UTF8")
  }
}
