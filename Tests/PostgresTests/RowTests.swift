import Postgres
import TestSupport
import Testing

@Suite(.ownThread) struct RowTests {
  private func row(_ statement: Statement) async throws -> Row {
    let connection = try await Connection.connect(sharedURL)
    return try #require(await connection.execute(statement).first)
  }

  private func expectDecodingError<Value: ColumnDecodable>(
    _ statement: Statement, as type: Value.Type, _ description: String
  ) async throws {
    let row = try await row(statement)
    let error = #expect(throws: PostgresError.self) { try row["value", as: type] }
    #expect(error?.reason == .decoding)
    #expect(error?.column == "value")
    #expect(error?.description == description)
  }

  @Test func `An unknown column is an error that names it`() async throws {
    try await expectDecodingError("SELECT 1 AS \"Value\"", as: Int.self, "The result has no column \"value\".")
  }

  @Test func `NULL where a value is asked for is an error`() async throws {
    try await expectDecodingError("SELECT NULL::int AS value", as: Int.self, "Column \"value\" is NULL.")
  }

  @Test func `Another type than asked for is an error that names both`() async throws {
    try await expectDecodingError(
      "SELECT 'Ana'::text AS value", as: Int.self, "Column \"value\" (text) cannot be read as Int.")
    try await expectDecodingError(
      "SELECT 1 AS value", as: String.self, "Column \"value\" (integer) cannot be read as String.")
    try await expectDecodingError(
      "SELECT 1.5::numeric AS value", as: Double.self, "Column \"value\" (numeric) cannot be read as Double.")
    try await expectDecodingError(
      "SELECT 1 AS value", as: Bool.self, "Column \"value\" (integer) cannot be read as Bool.")
    try await expectDecodingError(
      "SELECT 1 AS value", as: UUID.self, "Column \"value\" (integer) cannot be read as UUID.")
    try await expectDecodingError(
      "SELECT 'a'::text AS value", as: [UInt8].self, "Column \"value\" (text) cannot be read as Array<UInt8>.")
    try await expectDecodingError(
      "SELECT current_date AS value", as: Timestamp.self, "Column \"value\" (date) cannot be read as Timestamp.")
  }

  @Test(arguments: ["infinity", "-infinity"])
  func `Infinity is no instant`(infinity: String) async throws {
    for type in ["timestamptz", "timestamp"] {
      let row = try await row("SELECT \(infinity)::\(unescapedSQL: type) AS value")
      let error = #expect(throws: PostgresError.self) { try row["value", as: Timestamp?.self] }
      #expect(error?.description.contains("has a value out of the range of Timestamp") == true)
    }
  }

  @Test func `NULL is nil, whatever the type`() async throws {
    let row = try await row("SELECT NULL::text AS value")
    #expect(try row["value", as: Int?.self] == nil)
  }

  @Test(arguments: ["text", "varchar", "char(3)", "name", "json", "jsonb", "unknown"])
  func `Text of every kind is a String`(type: String) async throws {
    let row = try await row("SELECT '123'::\(unescapedSQL: type) AS value")
    #expect(try row["value", as: String.self] == "123")
  }

  @Test func `Bytes are appended to those that are there already, and none for NULL`() async throws {
    let row = try await row(
      "SELECT '[1]'::json AS a, '2'::jsonb AS b, '\\x33'::bytea AS c, NULL::json AS d, 'x'::text AS e")
    var bytes = Array("0".utf8)
    #expect(try row.append("a", to: &bytes))
    #expect(try row.append("b", to: &bytes))
    #expect(try row.append("c", to: &bytes))
    #expect(try !row.append("d", to: &bytes))
    for (name, description) in [
      ("e", "Column \"e\" (text) cannot be read as Array<UInt8>."), ("f", "The result has no column \"f\"."),
    ] {
      let error = #expect(throws: PostgresError.self) { try row.append(name, to: &bytes) }
      #expect(error?.description == description)
    }
    #expect(bytes == Array("0[1]23".utf8))
  }

  @Test func `A timestamp without time zone is in UTC`() async throws {
    let row = try await row("SELECT '2023-03-14 15:09:26.535897'::timestamp AS value")
    #expect(try row["value", as: Timestamp.self].description == "2023-03-14T15:09:26.535897Z")
  }

  @Test func `The type may also come from where the value goes`() async throws {
    let row = try await row("SELECT 1 AS value, NULL::int AS nothing")
    let value: Int = try row["value"]
    let nothing: Int? = try row["nothing"]
    #expect(value == 1)
    #expect(nothing == nil)
  }

  @Test func `Names are compared exactly, and the first of two counts`() async throws {
    let row = try await row("SELECT 1 AS \"é\", 2 AS \"É\", 3 AS \"é\"")
    #expect(try row["é", as: Int.self] == 1)
    #expect(try row["É", as: Int.self] == 2)
  }

  @Test func `Rows are a collection, and say how many were affected`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TEMPORARY TABLE t (i int)")
    let inserted = try await connection.execute("INSERT INTO t SELECT * FROM generate_series(1, 3)")
    #expect(inserted.isEmpty)
    #expect(inserted.affectedRowCount == 3)
    let rows = try await connection.execute("SELECT i FROM t ORDER BY i")
    #expect(try rows.map { try $0["i", as: Int.self] } == [1, 2, 3])
    #expect(rows.affectedRowCount == 3)
    #expect(try await connection.execute("SET lock_timeout = 0").affectedRowCount == 0)
  }

  @Test(arguments: [3, -1, Int.max, Int.min])
  func `A row that is not there has no values, not even NULL`(position: Int) async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute("SELECT i AS value FROM generate_series(1, 3) AS i")
    for read in [{ _ = try rows[position]["value", as: Int?.self] }, { _ = try rows[position]["value", as: Int.self] }]
    {
      let error = #expect(throws: PostgresError.self, performing: read)
      #expect(error?.reason == .decoding)
      #expect(error?.description.hasPrefix("The result has no row ") == true)
    }
    #expect(try rows[2]["value", as: Int?.self] == 3)
  }

  @Test func `A row without columns has no value`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let error = await #expect(throws: PostgresError.self) {
      try await connection.value("SELECT", as: Int.self, until: ampleTime)
    }
    #expect(error?.description == "The result has no column 0: it has 0, counted from 0.")
  }

  @Test func `Rows outlive their connection`() async throws {
    let rows = try await Connection.connect(sharedURL).execute("SELECT 'still here'::text AS value")
    #expect(try value(rows) == "still here")
  }

  @Test func `A hundred thousand rows come back`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let rows = try await connection.execute("SELECT i, repeat('x', 100) AS text FROM generate_series(1, 100000) AS i")
    #expect(rows.count == 100_000)
    #expect(try rows.reduce(0) { try $0 + $1["i", as: Int.self] } == 5_000_050_000)
    #expect(try rows[99_999]["text", as: String.self].utf8.count == 100)
  }

  @Test func `A hundred megabytes go up and come back`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let sent = [UInt8](repeating: 7, count: 100_000_000)
    let rows = try await connection.execute("SELECT length(\(sent)) AS value, \(sent) AS bytes")
    #expect(try value(rows, as: Int.self) == sent.count)
    #expect(try rows[0]["bytes", as: [UInt8].self] == sent)
  }
}
