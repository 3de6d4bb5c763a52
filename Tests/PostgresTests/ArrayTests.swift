import Postgres
import TestSupport
import Testing

/// An array that does not look like one.
private struct Tags: RawRepresentable, PostgresCodable { let rawValue: [String] }

/// Arrays go to the server and come back, and the server takes them for what they are.
@Suite(.ownThread) struct ArrayTests {
  /// Sends an array; the server has to read it as the text, and its own has to come back the same.
  private func expectRoundTrip<Element: FieldEncodable & FieldDecodable & Equatable>(
    _ sent: [Element], _ type: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute(
      "SELECT \(sent)::\(unescapedSQL: type) AS value, \(sent)::\(unescapedSQL: type)::text AS text")[0]
    #expect(try row["text", as: String.self] == text, sourceLocation: sourceLocation)
    #expect(try row["value", as: [Element].self] == sent, sourceLocation: sourceLocation)
  }

  @Test func `An array of each type comes back as it was sent`() async throws {
    let uuid = try #require(UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"))
    try await expectRoundTrip([true, false], "bool[]", "{t,f}")
    try await expectRoundTrip([Int.min, 0, .max], "int8[]", "{-9223372036854775808,0,9223372036854775807}")
    try await expectRoundTrip([Int16.min, 0, .max], "int2[]", "{-32768,0,32767}")
    try await expectRoundTrip([Int32.min, 0, .max], "int4[]", "{-2147483648,0,2147483647}")
    try await expectRoundTrip([0.1, -.infinity], "float8[]", "{0.1,-Infinity}")
    try await expectRoundTrip([Float(0.1)], "float4[]", "{0.1}")
    try await expectRoundTrip([uuid], "uuid[]", "{\(uuid)}")
    try await expectRoundTrip([[0, 255], [UInt8]()], "bytea[]", #"{"\\x00ff","\\x"}"#)
    try await expectRoundTrip(["a", "b"], "text[]", "{a,b}")
    try await expectRoundTrip(["a", "b"], "varchar[]", "{a,b}")
  }

  @Test func `NULL in an array is nil`() async throws {
    try await expectRoundTrip([1, nil, 3], "int8[]", "{1,NULL,3}")
    try await expectRoundTrip(["NULL", nil, ""], "text[]", #"{"NULL",NULL,""}"#)
    try await expectRoundTrip([nil, [7]] as [[UInt8]?], "bytea[]", #"{NULL,"\\x07"}"#)
    try await expectRoundTrip([nil, 7] as [UInt8?], "int2[]", "{NULL,7}")
  }

  @Test func `An array without elements comes back as one`() async throws {
    try await expectRoundTrip([Int](), "int8[]", "{}")
    try await expectRoundTrip([String](), "text[]", "{}")
    try await expectRoundTrip([String?](), "text[]", "{}")
  }

  @Test func `Text in an array may be any`() async throws {
    let texts = [
      "", " ", "NULL", "null", "{}", "a,b", "\"", "\\", "\\\\\"\"", "'", "new\nline", "\u{1}", "é😀", "{\"a\":[1]}",
    ]
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute("SELECT unnest(\(texts)::text[]) AS value")
    #expect(try rows.map { try $0["value", as: String.self] } == texts)
    let back = try await connection.execute("SELECT \(texts)::text[] AS value")
    #expect(try value(back) == texts)
  }

  @Test func `An array of text suits a column of any type`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TYPE pg_temp.mood AS ENUM ('sad', 'glad')")
    try await connection.execute("CREATE TEMPORARY TABLE t (m pg_temp.mood[], d date[], one pg_temp.mood)")
    try await connection.execute("INSERT INTO t VALUES (\(["glad", "sad"]), \(["2024-02-29"]), \("sad"))")
    let row = try await connection.execute("SELECT m, d::text AS d FROM t WHERE one = ANY(\(["sad", "glad"]))")[0]
    #expect(try row["m", as: [String].self] == ["glad", "sad"])
    #expect(try row["d", as: String.self] == "{2024-02-29}")
  }

  @Test func `An array is a parameter of the element's array type without a cast`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute(
      "SELECT concat_ws(' ', pg_typeof(\([1])), pg_typeof(\([Int32?.none])), pg_typeof(\([[UInt8]()]))) AS value")
    #expect(try value(rows) == "bigint[] integer[] bytea[]")
    #expect(try value(await connection.execute("SELECT sum(i)::int8 AS value FROM unnest(\([1, 2])) AS i")) == 3)
  }

  @Test func `NULL is no array, and nil is one's NULL`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute("SELECT \(nil as [Int]?) AS value")[0]
    #expect(try row["value", as: [Int]?.self] == nil)
    let error = #expect(throws: PostgresError.self) { try row["value", as: [Int].self] }
    #expect(error?.description == "Column \"value\" is NULL.")
  }

  @Test(arguments: [
    ("ARRAY[1, NULL]", "Column \"value\" (integer[]) has a NULL in its array."),
    ("ARRAY[[1, 2], [3, 4]]", "Column \"value\" (integer[]) has an array of several dimensions."),
    ("ARRAY['a']", "Column \"value\" (text[]) cannot be read as Array<Int>."),
    ("'a'::text", "Column \"value\" (text) cannot be read as Array<Int>."),
    ("'7'::int4", "Column \"value\" (integer) cannot be read as Array<Int>."),
  ])
  func `Whatever is not an array of that is an error`(sql: String, description: String) async throws {
    let connection = try await Connection.connect(sharedURL)
    let row = try await connection.execute("SELECT \(unescapedSQL: sql) AS value")[0]
    let error = #expect(throws: PostgresError.self) { try row["value", as: [Int].self] }
    #expect(error?.reason == .decoding)
    #expect(error?.description == description)
  }

  @Test func `Where the indices of an array begin does not matter`() async throws {
    let connection = try await Connection.connect(sharedURL)
    #expect(try value(await connection.execute("SELECT '[5:6]={7,8}'::int4[] AS value")) == [7, 8])
  }

  @Test func `An array of arrays is no parameter, but for arrays of bytes`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let (optional, raw) = ([["a"], nil] as [[String]?], [Tags(rawValue: ["a"])])
    for statement in [
      "SELECT \([[1, 2]])", "SELECT \([["a"]])", "SELECT \(optional)::text[]",
      "SELECT \([[1], nil] as [[Int]?])::int8[]",
      "SELECT \(raw)::text[]", "SELECT \([[Int]]())",
    ] as [Statement] {
      let error = await #expect(throws: PostgresError.self) { try await connection.execute(statement) }
      #expect(error?.reason == .invalidParameter)
      #expect(error?.description == "Parameter $1 is an array of arrays.")
    }
  }

  @Test func `U+0000 in an array is an error that names the parameter`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let error = await #expect(throws: PostgresError.self) {
      try await connection.execute("SELECT \(["a", "\0"])::text[]")
    }
    #expect(error?.description == "Parameter $1 holds U+0000, which PostgreSQL cannot store.")
  }

  @Test func `A hundred thousand elements go up and come back`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let (numbers, texts) = (Array(0..<100_000), (0..<100_000).map { "\"\($0)\\" })
    let row = try await connection.execute("SELECT \(numbers) AS numbers, \(texts)::text[] AS texts")[0]
    #expect(try row["numbers", as: [Int].self] == numbers)
    #expect(try row["texts", as: [String].self] == texts)
  }

  /// What no server sends: each is `{7,8}` but for one thing.
  @Test(
    arguments: [
      ([], "nothing"),
      ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], "too short a head"),
      ([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 21], "dimensions below none"),
      ([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 1], "a flag that there is not"),
      ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21, 0], "something after an empty array"),
      ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 127, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7], "too many elements"),
      ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 255, 255, 255, 255, 0, 0, 0, 1], "fewer elements than none"),
      ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 7], "too long an element"),
      ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 1, 255, 255, 255, 254, 0, 7], "a negative length"),
      ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7], "too short an element"),
      ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0], "something after the last"),
    ] as [([UInt8], String)])
  func `Bytes that are no array are an error`(bytes: [UInt8], what: String) throws {
    let type = try #require(DataType.int2.array)
    #expect(throws: ColumnDecodingError.malformed) { try [Int](decoding: bytes.span.bytes, of: type) }
    #expect(throws: ColumnDecodingError.malformed) { try [Int?](decoding: bytes.span.bytes, of: type) }
  }
}

@Suite(.ownThread) struct DataTypeTests {
  @Test func `The names and arrays of the types are those of the catalog`() async throws {
    let types: [DataType] = [
      .bool, .bytea, .char, .name, .int8, .int2, .int4, .text, .oid, .json, .xml, .cidr, .float4, .float8, .unknown,
      .macaddr, .inet, .bpchar, .varchar, .date, .time, .timestamp, .timestamptz, .interval, .numeric, .uuid, .jsonb,
    ]
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute(
      """
      SELECT format_type(oid, NULL) AS name, typarray AS array, format_type(nullif(typarray, 0), NULL) AS array_name
      FROM unnest(\(types.map(\.rawValue))::int8[]) WITH ORDINALITY AS known (type, place)
      JOIN pg_type ON oid = type::oid ORDER BY place
      """)
    #expect(rows.count == types.count)
    for (type, row) in zip(types, rows) {
      #expect(try row["name", as: String.self] == type.description)
      #expect(try row["array", as: UInt32.self] == type.array?.rawValue ?? 0)
      #expect(try row["array_name", as: String?.self] == type.array?.description)
    }
    #expect(DataType(rawValue: 600).description == "type 600")
    #expect(DataType(rawValue: 1007).array == nil)
  }
}
