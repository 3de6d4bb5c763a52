import TestSupport
import Testing

@testable import Postgres

@Suite(.ownThread) struct PreparedStatementTests {
  private func preparedCount(_ connection: Connection) async throws -> Int {
    try value(await connection.execute(Statement("SELECT count(*) AS value FROM pg_prepared_statements").unprepared()))
  }

  @Test func `A statement is prepared once`() async throws {
    let connection = try await Connection.connect(sharedURL)
    for number in 1...3 {
      #expect(try value(await connection.execute("SELECT \(number) AS value"), as: Int.self) == number)
    }
    #expect(try await preparedCount(connection) == 1)
  }

  @Test func `The same text with parameters of other types is another statement`() async throws {
    let connection = try await Connection.connect(sharedURL)
    #expect(try value(await connection.execute("SELECT \(1) AS value"), as: Int.self) == 1)
    #expect(try value(await connection.execute("SELECT \(1.5) AS value"), as: Double.self) == 1.5)
    #expect(try await connection.execute("SELECT \(nil as Int?) AS value")[0]["value", as: Int?.self] == nil)
    #expect(try await preparedCount(connection) == 2)
  }

  @Test func `An unprepared statement is not prepared`() async throws {
    let connection = try await Connection.connect(sharedURL)
    #expect(try value(await connection.execute(Statement("SELECT \(1) AS value").unprepared()), as: Int.self) == 1)
    #expect(try await preparedCount(connection) == 0)
  }

  @Test func `The number of prepared statements is bounded`() async throws {
    let connection = try await Connection.connect(sharedURL)
    for number in 0..<(PreparedStatements.limit + 10) {
      let rows = try await connection.execute("SELECT \(number) + \(unescapedSQL: "\(number)") AS value")
      #expect(try value(rows, as: Int.self) == 2 * number)
    }
    #expect(try await preparedCount(connection) == PreparedStatements.limit)
  }

  @Test func `A statement that cannot be prepared takes no room`() async throws {
    let connection = try await Connection.connect(sharedURL)
    for number in 0..<(PreparedStatements.limit + 10) {
      await #expect(throws: PostgresError.self) { try await connection.execute("SELEKT \(unescapedSQL: "\(number)")") }
    }
    try await connection.execute("SELECT 1")
    #expect(try await preparedCount(connection) == 1)
  }

  @Test func `Where the server does not know a name, the connection goes on without names`() async throws {
    let connection = try await Connection.connect(sharedURL)
    for number in 1...3 {
      #expect(try value(await connection.execute("SELECT \(number) AS value"), as: Int.self) == number)
      try await connection.execute(Statement("DEALLOCATE ALL").unprepared())
    }
    #expect(try await preparedCount(connection) == 0)
  }

  @Test func `Where the server has another statement of a name, the connection goes on without names`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("SELECT 1")
    var names = connection.preparedStatements
    let free = names.freeName()
    let name = String(decoding: try #require(free).dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    try await connection.execute(Statement("PREPARE \(unescapedSQL: name) AS SELECT 0 AS value").unprepared())
    for number in 1...3 {
      #expect(try value(await connection.execute("SELECT \(number) AS value"), as: Int.self) == number)
    }
    // The first one's, and that of the test.
    #expect(try await preparedCount(connection) == 2)
  }

  @Test func `No two connections have a name in common`() async throws {
    var names: Set<String> = []
    for _ in 1...3 {
      let connection = try await Connection.connect(sharedURL)
      try await connection.execute("SELECT 1")
      names.insert(
        try value(await connection.execute(Statement("SELECT name AS value FROM pg_prepared_statements").unprepared())))
    }
    #expect(names.count == 3)
  }

  @Test func `A statement whose result has other columns now is prepared again`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TEMPORARY TABLE t AS SELECT 1 AS a")
    let all: Statement = "SELECT * FROM t"
    #expect(try await connection.execute(all)[0]["a", as: Int.self] == 1)
    for column in ["b", "c"] {
      try await connection.execute("ALTER TABLE t ADD COLUMN \(unescapedSQL: column) text DEFAULT 'new'")
      #expect(try await connection.execute(all)[0][column, as: String.self] == "new")
    }
  }

  @Test(arguments: ["DEALLOCATE ALL", "ALTER TABLE t ADD COLUMN b int"])
  func `Within a transaction, which has failed by then, the error is thrown, and the next one is well`(
    cause: String
  ) async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("CREATE TEMPORARY TABLE t AS SELECT 7 AS value")
    let statement: Statement = "SELECT * FROM t"
    try await connection.execute(statement)
    try await connection.execute("\(unescapedSQL: cause)")
    try await connection.execute("BEGIN")
    let error = await #expect(throws: PostgresError.self) { try await connection.execute(statement) }
    #expect(error?.isTransient == true)
    try await connection.execute("ROLLBACK")
    for _ in 1...2 {
      try await connection.execute("BEGIN")
      #expect(try value(await connection.execute(statement), as: Int.self) == 7)
      try await connection.execute("COMMIT")
    }
  }

  @Test func `What the server really does not support is an error each time`() async throws {
    let connection = try await Connection.connect(sharedURL)
    for _ in 1...2 {
      let error = await #expect(throws: PostgresError.self) {
        try await connection.execute("DO $$ BEGIN RAISE feature_not_supported; END $$")
      }
      #expect(error?.sqlState == .featureNotSupported)
    }
  }
}
