import TestSupport
import Testing

@testable import Postgres

/// What the server itself makes of rows.
@Suite(.ownThread) struct JSONTests {
  private func object(_ statement: Statement) async throws -> String? {
    try await Pool(url: sharedURL).object(statement, until: ampleTime).map { String(decoding: $0, as: UTF8.self) }
  }

  private func array(_ statement: Statement) async throws -> String {
    try await String(decoding: Pool(url: sharedURL).array(statement, until: ampleTime), as: UTF8.self)
  }

  @Test func `A query for one value gives it or nil`() async throws {
    let pool = try await Pool(url: sharedURL)
    #expect(try await pool.value("SELECT \(6) * 7, 'unread'", as: Int.self, until: ampleTime) == 42)
    #expect(try await pool.value("SELECT NULL::int", as: Int.self, until: ampleTime) == nil)
    #expect(try await pool.value("SELECT 1 WHERE false", as: Int.self, until: ampleTime) == nil)
    #expect(try await pool.value("SET lock_timeout = 0", as: Int.self, until: ampleTime) == nil)
    let inferred: String? = try await pool.value("SELECT 'Ana'", until: ampleTime)
    #expect(inferred == "Ana")
  }

  @Test func `Several values where one was asked for are an error, and so is one of another type`() async throws {
    let pool = try await Pool(url: sharedURL)
    let several = await #expect(throws: PostgresError.self) {
      try await pool.value("VALUES (1), (2), (3)", as: Int.self, until: ampleTime)
    }
    #expect(several?.reason == .decoding)
    #expect(several?.description == "The result has 3 rows where only one value was asked for.")
    let other = await #expect(throws: PostgresError.self) {
      try await pool.value("SELECT 1 AS one", as: String.self, until: ampleTime)
    }
    #expect(other?.description == "Column \"one\" (integer) cannot be read as String.")
  }

  @Test(arguments: ["json", "jsonb"]) func `JSON is bytes`(type: String) async throws {
    let statement: Statement = "SELECT '{\"é\": [1, null]}'::\(unescapedSQL: type)"
    let bytes = try await Pool(url: sharedURL).value(statement, as: [UInt8].self, until: ampleTime)
    #expect(bytes == Array(#"{"é": [1, null]}"#.utf8))
  }

  @Test func `An object is the first row`() async throws {
    #expect(
      try await object("SELECT \(1) AS a, \("O'Brien 👍")::text AS b, NULL AS c") == #"{"a":1,"b":"O'Brien 👍","c":null}"#
    )
    #expect(try await object("SELECT i FROM generate_series(1, 5) AS i ORDER BY i DESC") == #"{"i":5}"#)
    #expect(try await object("SELECT") == "{}")
  }

  @Test func `No row is no object`() async throws {
    #expect(try await object("SELECT 1 AS a WHERE false") == nil)
  }

  @Test func `An array is all rows in their order`() async throws {
    let rows = try await array("SELECT i, -i AS j FROM generate_series(1, \(3)) AS i ORDER BY j")
    #expect(rows.filter { !$0.isWhitespace } == #"[{"i":3,"j":-3},{"i":2,"j":-2},{"i":1,"j":-1}]"#)
    let many = try await array("SELECT i FROM generate_series(1, 10000) AS i ORDER BY i DESC")
    let objects = (1...10000).reversed().map { "{\"i\":\($0)}" }
    #expect(many.filter { !$0.isWhitespace } == "[\(objects.joined(separator: ","))]")
  }

  @Test func `No row is an empty array`() async throws {
    #expect(try await array("SELECT 1 AS a WHERE false") == "[]")
    #expect(try await array(Statement("SELECT 1 AS a WHERE false").unprepared()) == "[]")
  }

  @Test func `Statements of every kind that return rows can be objects`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.execute("CREATE TEMPORARY TABLE t (i int UNIQUE)")
    func object(_ statement: Statement) async throws -> String? {
      try await pool.object(statement, until: ampleTime).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try await object("INSERT INTO t VALUES (\(1)), (2), (3) RETURNING i AS new") == #"{"new":1}"#)
    #expect(try await object("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING RETURNING i") == nil)
    #expect(try await object("UPDATE t SET i = 10 WHERE i = 1 RETURNING i") == #"{"i":10}"#)
    #expect(try await object("DELETE FROM t WHERE i = 10 RETURNING *;") == #"{"i":10}"#)
    #expect(try await object("WITH a AS (SELECT max(i) AS most FROM t) SELECT most FROM a") == #"{"most":3}"#)
    #expect(try await object("SELECT i FROM t ORDER BY i FOR UPDATE") == #"{"i":2}"#)
    #expect(try await object("VALUES (7)") == #"{"column1":7}"#)
    #expect(try await object("(TABLE t) UNION ALL (TABLE t) ORDER BY i DESC LIMIT 1") == #"{"i":3}"#)
    #expect(try await pool.value("SELECT count(*) FROM t", as: Int.self, until: ampleTime) == 2)
  }

  @Test func `Names that the wrapping has may be the statement's, too`() async throws {
    #expect(try await object("SELECT 1 AS statement") == #"{"statement":1}"#)
    #expect(try await array("SELECT 1 AS statement") == #"[{"statement":1}]"#)
    #expect(try await object("WITH statement AS (SELECT 1 AS a) SELECT a FROM statement") == #"{"a":1}"#)
  }

  @Test func `Semicolons and comments may follow the statement`() async throws {
    #expect(try await object("SELECT ';' AS a; -- note") == #"{"a":";"}"#)
    #expect(try await array("SELECT 1 AS a -- note; and more") == #"[{"a":1}]"#)
  }

  @Test(arguments: [
    "WITH new AS (INSERT INTO pg_class DEFAULT VALUES RETURNING 1) SELECT * FROM new",
    "DELETE FROM pg_class WHERE false",
  ])
  func `A statement that cannot stand in a WITH query is told so`(text: String) async throws {
    let statement: Statement = "\(unescapedSQL: text)"
    let error = await #expect(throws: PostgresError.self) { try await object(statement) }
    #expect(error?.reason == .unsupported)
    #expect(error?.sqlState == .featureNotSupported)
    #expect(
      error?.description
        == "The statement cannot stand in a WITH query, which asking for its rows as JSON puts it in. (SQLSTATE 0A000)")
    #expect(error?.debugMessage?.contains("WITH") == true)
  }

  @Test func `A statement that cannot stand in a WITH query can make its JSON itself`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.execute("CREATE TEMPORARY TABLE t (i int)")
    let insert: Statement = """
      WITH new AS (INSERT INTO t VALUES (\(1)) RETURNING i) SELECT row_to_json(new) FROM new
      """
    #expect(try await pool.value(insert, as: [UInt8].self, until: ampleTime) == Array(#"{"i":1}"#.utf8))
  }

  @Test func `What the server refuses of the statement itself is an error as ever`() async throws {
    for text in ["SELEKT 1", "SELECT 1) SELECT (1", "SELECT 1; SELECT 2", ""] {
      let error = await #expect(throws: PostgresError.self) { try await array("\(unescapedSQL: text)") }
      #expect(error?.sqlState == .syntaxError)
    }
    let parameter = await #expect(throws: PostgresError.self) { try await array("SELECT \("\0")") }
    #expect(parameter?.reason == .invalidParameter)
  }

  @Test func `Rows, object and array of one text are prepared apart, each once`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let statement: Statement = "SELECT \(7) AS value"
    for _ in 1...2 {
      #expect(try value(await connection.execute(statement), as: Int.self) == 7)
      #expect(try await connection.object(statement, until: ampleTime) == Array(#"{"value":7}"#.utf8))
      #expect(try await connection.array(statement, until: ampleTime) == Array(#"[{"value":7}]"#.utf8))
    }
    let count = Statement("SELECT count(*) FROM pg_prepared_statements").unprepared()
    #expect(try await connection.value(count, as: Int.self, until: ampleTime) == 3)
  }

  @Test func `An instant is the same in every time zone, whatever its text`() async throws {
    let pool = try await Pool(url: sharedURL)
    let statement: Statement = "SELECT \(Timestamp(microsecondsSinceEpoch: 1_678_806_566_535_897)) AS at"
    for (zone, text) in [
      ("UTC", "2023-03-14T15:09:26.535897+00:00"), ("America/New_York", "2023-03-14T11:09:26.535897-04:00"),
    ] {
      try await pool.execute("SET TIME ZONE '\(unescapedSQL: zone)'")
      #expect(try await pool.object(statement, until: ampleTime) == Array("{\"at\":\"\(text)\"}".utf8))
    }
  }
}
