import Foundation
import Postgres
import TestSupport
import Testing

@Suite(.ownThread) struct ServerErrorTests {
  private func failure(of statement: Statement, on connection: Connection) async throws -> PostgresError {
    try #require(await #expect(throws: PostgresError.self) { try await connection.execute(statement) })
  }

  @Test func `A violated constraint is named apart from the description`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute(
      """
      CREATE TEMPORARY TABLE people (
        handle text CONSTRAINT unique_handle UNIQUE, email text NOT NULL, age int CONSTRAINT adult CHECK (age >= 18))
      """)
    try await connection.execute("INSERT INTO people VALUES (\("secret"), \("e"), \(18))")
    let unique = try await failure(of: "INSERT INTO people VALUES (\("secret"), \("e"), \(18))", on: connection)
    #expect(unique.reason == .server)
    #expect(unique.sqlState == .uniqueViolation)
    #expect(unique.constraint == "unique_handle")
    #expect(unique.table == "people")
    #expect(unique.schema?.hasPrefix("pg_temp") == true)
    #expect(unique.description == "The database refused the statement. (SQLSTATE 23505)")
    #expect(unique.debugDetail == "Key (handle)=(secret) already exists.")
    #expect(unique.debugMessage == "duplicate key value violates unique constraint \"unique_handle\"")

    let null = try await failure(of: "INSERT INTO people (handle) VALUES ('b')", on: connection)
    #expect(null.sqlState == .notNullViolation)
    #expect(null.column == "email")

    let check = try await failure(of: "INSERT INTO people VALUES ('c', 'e', 17)", on: connection)
    #expect(check.sqlState == .checkViolation)
    #expect(check.constraint == "adult")
  }

  @Test func `What the server says of the schema is for a log, and what quotes data is not`() async throws {
    let connection = try await Connection.connect(sharedURL)
    #expect(
      try await failure(of: "SELEKT 1", on: connection).schemaMessage == #"syntax error at or near "SELEKT""#)
    #expect(
      try await failure(of: "DROP TABLE missing", on: connection).schemaMessage
        == #"table "missing" does not exist"#)
    for statement: Statement in [
      "SELECT to_tsquery(\("s3cret s3cret"))", "SELECT query_to_xml(\("s3cret"), true, true, '')",
      "SELECT \("s3cret")::text::int",
    ] {
      let error = try await failure(of: statement, on: connection)
      #expect(error.debugMessage?.contains("s3cret") == true)
      #expect(error.schemaMessage == nil)
    }
  }

  @Test func `A connection exception is a lost connection, whoever it is that says so`() async throws {
    let connection = try await Connection.connect(sharedURL)
    // PgBouncer's answer to a statement for which it has no server.
    let error = try await failure(of: "DO $$ BEGIN RAISE protocol_violation; END $$", on: connection)
    #expect(error.reason == .connectionLost)
    #expect(error.description == "The connection to the database was lost. (SQLSTATE 08P01)")
  }

  @Test(arguments: [
    ("SELEKT 1", SQLState.syntaxError), ("SELECT * FROM missing", .undefinedTable),
    ("SELECT missing", .undefinedColumn),
    ("SELECT 'x'::int", .invalidTextRepresentation), ("SELECT 1/0", SQLState(rawValue: "22012")),
  ])
  func `A connection goes on after an error`(text: String, sqlState: SQLState) async throws {
    let connection = try await Connection.connect(sharedURL)
    for statement: Statement in ["\(unescapedSQL: text)", Statement(stringLiteral: text).unprepared()] {
      #expect(try await failure(of: statement, on: connection).sqlState == sqlState)
      #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
    }
  }

  @Test func `A parameter that cannot be sent is refused before anything is sent`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TEMPORARY TABLE t (text text)")
    let error = try await failure(of: "INSERT INTO t VALUES (\("cut\0off"))", on: connection)
    #expect(error.reason == .invalidParameter)
    #expect(try await connection.execute("SELECT * FROM t").isEmpty)
  }

  @Test func `COPY is refused, and closes the connection`() async throws {
    for direction in ["FROM STDIN", "TO STDOUT"] {
      let connection = try await Connection.connect(sharedURL)
      try await connection.execute("CREATE TEMPORARY TABLE t (text text)")
      #expect(try await failure(of: "COPY t \(unescapedSQL: direction)", on: connection).reason == .unsupported)
      #expect(try await failure(of: "SELECT 1", on: connection).reason == .connectionLost)
    }
  }

  @Test func `Notices are not written to standard error`() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let connection = try await Connection.connect(sharedURL)
      FileHandle.standardError.write(Data("begin".utf8))
      try await connection.execute("DO $$ BEGIN RAISE WARNING 'a secret'; END $$")
      FileHandle.standardError.write(Data("end".utf8))
    }
    let standardError = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(standardError.contains("beginend"), "\(standardError)")
  }

  @Test func `A statement that does nothing returns nothing`() async throws {
    let connection = try await Connection.connect(sharedURL)
    #expect(try await connection.execute("").isEmpty)
    #expect(try await connection.execute("-- nothing").affectedRowCount == 0)
  }

  @Test func `Two statements in one are refused`() async throws {
    let connection = try await Connection.connect(sharedURL)
    #expect(try await failure(of: "SELECT 1; SELECT 2", on: connection).sqlState == .syntaxError)
  }

  @Test func `A session that the server ends says so, once`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let ended = try await failure(of: "SELECT pg_terminate_backend(pg_backend_pid())", on: connection)
    #expect(ended.reason == .serverShutdown)
    #expect(ended.sqlState == .adminShutdown)
    #expect(try await failure(of: "SELECT 1", on: connection).reason == .connectionLost)
  }
}
