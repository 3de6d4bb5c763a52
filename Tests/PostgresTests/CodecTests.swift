import Postgres
import TestSupport
import Testing

private enum Feeling: String, PostgresCodable, CaseIterable { case sad, glad }
/// What is text here, and has another format in the database.
private struct Day: RawRepresentable, PostgresCodable { let rawValue: String }
private enum Grade: Int16, PostgresCodable { case first = 1, second }

/// A composite, `CREATE TYPE place AS (x float8, y float8, name text, tags text[])`.
private struct Site: PostgresCodable, Equatable {
  var x: Double
  var y: Double
  var name: String?
  var tags: [String?] = []

  static var dataType: DataType { .inferred }
  static var format: DataFormat { .binary }

  func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    buffer.append(Int32(4))
    buffer.append(DataType.float8.rawValue)
    try buffer.append(field: x)
    buffer.append(DataType.float8.rawValue)
    try buffer.append(field: y)
    buffer.append(DataType.text.rawValue)
    try buffer.append(field: name)
    buffer.append(DataType(rawValue: 1009).rawValue)  // text[]
    try buffer.append(field: tags)
  }

  init(x: Double, y: Double, name: String?, tags: [String?]) {
    (self.x, self.y, self.name, self.tags) = (x, y, name, tags)
  }

  init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    var bytes = bytes
    guard try bytes.takeInteger(as: Int32.self) == 4 else { throw .malformed }
    x = try bytes.takeField(of: DataType(rawValue: bytes.takeInteger()))
    y = try bytes.takeField(of: DataType(rawValue: bytes.takeInteger()))
    name = try bytes.takeField(of: DataType(rawValue: bytes.takeInteger()))
    tags = try bytes.takeField(of: DataType(rawValue: bytes.takeInteger()))
    guard bytes.isEmpty else { throw .malformed }
  }
}

/// Types of one's own, of Swift and of the database.
@Suite(.ownThread) struct CodecTests {
  @Test func `An enum of text is one of the database, too`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TYPE pg_temp.mood AS ENUM ('sad', 'glad', 'mad')")
    try await connection.execute("CREATE TEMPORARY TABLE moods (mood pg_temp.mood, moods pg_temp.mood[], text text)")
    try await connection.execute("INSERT INTO moods VALUES (\(Feeling.glad), \([Feeling.sad, nil]), \(Feeling.sad))")
    let row = try await connection.execute("SELECT * FROM moods WHERE mood = ANY(\(Feeling.allCases))")[0]
    #expect(try row["mood", as: Feeling.self] == .glad)
    #expect(try row["mood", as: String.self] == "glad")
    #expect(try row["moods", as: [Feeling?].self] == [.sad, nil])
    #expect(try row["text", as: Feeling.self] == .sad)
    let mad = try await connection.execute("SELECT 'mad'::pg_temp.mood AS value, NULL::pg_temp.mood AS nothing")[0]
    let error = #expect(throws: PostgresError.self) { try mad["value", as: Feeling.self] }
    #expect(error?.description.hasSuffix("has a value out of the range of Feeling.") == true)
    #expect(try mad["nothing", as: Feeling?.self] == nil)
  }

  @Test func `An enum of integers is its raw value`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute("SELECT \(Grade.second) AS value, \([Grade.first])::text AS array")[0]
    #expect(try row["value", as: Grade.self] == .second)
    #expect(try row["array", as: String.self] == "{1}")
    #expect(row.columns.first?.type == .int2)
    #expect(
      try value(await connection.execute("SELECT \(Day(rawValue: "2024-02-29"))::date::text AS value")) == "2024-02-29")
  }

  @Test func `A domain is read as what it is of, and citext as text`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE DOMAIN pg_temp.year AS int CHECK (VALUE > 0)")
    #expect(try value(await connection.execute("SELECT 2024::pg_temp.year AS value")) == 2024)
    let hasCitext = try await connection.value(
      "SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'", as: Int.self, until: ampleTime)
    try #require(hasCitext == 1, "The server has no citext: install postgresql-contrib.")
    let database = try await Connection.connect(ThrowawayPostgres.shared.makeDatabase(schema: false))
    try await database.execute("CREATE EXTENSION citext")
    let row = try await database.execute("SELECT 'Ana'::citext AS value, ARRAY['Ana'::citext] AS array")[0]
    #expect(try row["value", as: String.self] == "Ana")
    #expect(try row["array", as: [String].self] == ["Ana"])
    #expect(try value(await database.execute("SELECT 'Ana'::citext = \("ANA") AS value")))
  }

  @Test func `A composite that is not text is not read as text`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TYPE pg_temp.pair AS (a int, b text)")
    try await connection.execute("CREATE TYPE pg_temp.span AS RANGE (subtype = float8)")
    for sql in ["(1, 'x')::pg_temp.pair", "'empty'::pg_temp.span", "'[1,2)'::pg_temp.span", "'(,)'::pg_temp.span"] {
      let row = try await connection.execute("SELECT \(unescapedSQL: sql) AS value")[0]
      let error = #expect(throws: PostgresError.self) { try row["value", as: String.self] }
      #expect(error?.description.hasSuffix(") cannot be read as String.") == true)
    }
  }

  @Test(arguments: [("", true), ("Ana", true), ("\tAna", true), ("\u{1}Ana", false), ("A\0", false)])
  func `A type of the database is read as text if it can be nothing else`(text: String, isRead: Bool) {
    let (bytes, type) = (Array(text.utf8), DataType(rawValue: 99_999))
    #expect((try? String(decoding: bytes.span.bytes, of: type)) == (isRead ? text : nil))
    #expect(throws: ColumnDecodingError.typeMismatch) {
      try String(decoding: bytes.span.bytes, of: DataType(rawValue: 600))
    }
  }

  @Test(arguments: [[], [2, 0x31]] as [[UInt8]])
  func `A jsonb of another version than the first is malformed`(bytes: [UInt8]) {
    #expect(throws: ColumnDecodingError.malformed) { try String(decoding: bytes.span.bytes, of: .jsonb) }
    #expect(throws: ColumnDecodingError.malformed) { try [UInt8](decoding: bytes.span.bytes, of: .jsonb) }
  }

  @Test func `A composite has a codec of one's own, and so have its arrays`() async throws {
    let database = try await Connection.connect(ThrowawayPostgres.shared.makeDatabase(schema: false))
    try await database.execute("CREATE TYPE place AS (x float8, y float8, name text, tags text[])")
    try await database.execute("CREATE TABLE places (place place, places place[])")
    let (here, there) = (
      Site(x: 1.5, y: -2, name: "here", tags: ["a", nil]), Site(x: 0, y: 0, name: nil, tags: [])
    )
    try await database.execute("INSERT INTO places VALUES (\(here), \([here, there, nil]))")
    let row = try await database.execute("SELECT *, place::text AS text, places::text AS texts FROM places")[0]
    #expect(try row["place", as: Site.self] == here)
    #expect(try row["places", as: [Site?].self] == [here, there, nil])
    #expect(try row["text", as: String.self] == #"(1.5,-2,here,"{a,NULL}")"#)
    #expect(try row["texts", as: String.self] == #"{"(1.5,-2,here,\"{a,NULL}\")","(0,0,,{})",NULL}"#)
  }

  @Test(arguments: [
    ("192.0.2.1", "inet"), ("192.0.2.1/24", "inet"), ("0.0.0.0/0", "inet"), ("::", "inet"), ("2001:db8::1", "inet"),
    ("2001:db8::1/64", "inet"), ("::ffff:192.0.2.1", "inet"), ("10.0.0.0/8", "cidr"), ("2001:db8::/32", "cidr"),
  ])
  func `A network's address is to the server what it is here`(text: String, type: String) async throws {
    let sent = try #require(NetworkAddress(text))
    #expect(sent.description == text)
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute(
      "SELECT \(sent)::\(unescapedSQL: type) AS value, \(sent)::\(unescapedSQL: type)::text AS text, \([sent]) AS array"
    )[0]
    #expect(try row["value", as: NetworkAddress.self] == sent)
    #expect(try row["array", as: [NetworkAddress].self] == [sent])
    // The cast to text tells the bits of an address alone, too.
    #expect(try row["text", as: String.self].hasPrefix(text))
  }

  @Test(arguments: [
    "", "192.0.2", "192.0.2.256", "192.0.2.1/33", "192.0.2.1/", "192.0.2.1/-1", "192.0.2.1/+1", "::1/129",
    "1.2.3.4/8/8",
    "localhost", ":::", "192.0.2.1\0",
  ])
  func `Whatever is no address is nil`(text: String) {
    #expect(NetworkAddress(text) == nil)
  }

  @Test func `Addresses that nobody has are none`() {
    #expect(NetworkAddress(bytes: [1, 2, 3]) == nil)
    #expect(NetworkAddress(bytes: [1, 2, 3, 4], prefixLength: 33) == nil)
    let malformed: [[UInt8]] = [
      [], [2, 32, 0, 4, 1, 2, 3], [2, 33, 0, 4, 1, 2, 3, 4], [3, 32, 0, 4, 1, 2, 3, 4], [4, 32, 0, 4, 1, 2, 3, 4],
      [4, 32, 0, 16] + [UInt8](repeating: 0, count: 16), [2, 32, 0, 5, 1, 2, 3, 4],
      [2, 32, 0, 4] + [UInt8](repeating: 0, count: 16),
    ]
    for bytes in malformed {
      #expect(throws: ColumnDecodingError.malformed) { try NetworkAddress(decoding: bytes.span.bytes, of: .inet) }
    }
  }

  @Test func `Integers of every width go as what holds them, and come back if they fit`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute(
      """
      SELECT concat_ws(' ', pg_typeof(\(Int8.min)), pg_typeof(\(Int16.min)), pg_typeof(\(Int32.min)),
        pg_typeof(\(Int64.min)), pg_typeof(\(UInt8.max)), pg_typeof(\(UInt16.max)), pg_typeof(\(UInt32.max)),
        pg_typeof(\(UInt(1))), pg_typeof(\(UInt64(1))), pg_typeof(\(Float(1)))) AS value
      """)
    #expect(
      try value(rows)
        == "smallint smallint integer bigint smallint integer bigint bigint bigint real")
    let row = try await connection.execute(
      """
      SELECT \(Int8.min) AS i8, \(Int16.min) AS i16, \(Int32.min) AS i32, \(Int64.min) AS i64, \(UInt8.max) AS u8,
        \(UInt16.max) AS u16, \(UInt32.max) AS u32, \(UInt(1)) AS u, \(UInt64(Int64.max)) AS u64, \(Float(0.1)) AS f,
        '4294967295'::oid AS oid, 'é'::"char" AS odd, 'c'::"char" AS char, ''::"char" AS none
      """)[0]
    #expect(try row["i8", as: Int8.self] == .min)
    #expect(try row["i16", as: Int16.self] == .min)
    #expect(try row["i32", as: Int32.self] == .min)
    #expect(try row["i64", as: Int64.self] == .min)
    #expect(try row["u8", as: UInt8.self] == .max)
    #expect(try row["u16", as: UInt16.self] == .max)
    #expect(try row["u32", as: UInt32.self] == .max)
    #expect(try row["u", as: UInt.self] == 1)
    #expect(try row["u64", as: UInt64.self] == UInt64(Int64.max))
    #expect(try row["f", as: Float.self] == 0.1)
    #expect(try row["oid", as: UInt32.self] == .max)
    #expect(try row["char", as: String.self] == "c")
    #expect(try row["char", as: UInt8.self] == UInt8(ascii: "c"))
    #expect(try row["none", as: String.self] == "")
    for read in [
      { _ = try row["i16", as: Int8.self] }, { _ = try row["i64", as: Int32.self] },
      { _ = try row["i8", as: UInt8.self] },
      { _ = try row["u32", as: Int32.self] }, { _ = try row["i64", as: UInt.self] },
      { _ = try row["odd", as: String.self] },
    ] as [() throws -> Void] {
      let error = #expect(throws: PostgresError.self, performing: read)
      #expect(error?.description.contains(" has a value out of the range of ") == true)
    }
    let error = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT \(UInt64.max)") }
    #expect(error?.description == "Parameter $1 is out of range.")
  }
}
