import Postgres
import TestSupport
import Testing

/// What is sent at once, and how often the server is waited for.
@Suite(.ownThread) struct PipelineTests {
  private let server: ThrowawayPostgres
  private let url: String
  private let proxy: CountingProxy
  private let pool: Pool

  init() async throws {
    server = try await ThrowawayPostgres.shared
    url = try server.makeDatabase()
    try server.psql("CREATE TABLE t (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)", url: url)
    proxy = try CountingProxy(to: server.port)
    pool = try Pool(url: url.replacing(":\(server.port)/", with: ":\(proxy.port)/"))
    try await pool.connect(until: ampleTime)
  }

  /// How often the server was waited for while the body ran.
  private func roundTrips(_ body: () async throws -> Void) async throws -> Int {
    let before = proxy.roundTrips
    try await body()
    return proxy.roundTrips - before
  }

  private var rows: String {
    get throws { try server.psql("SELECT string_agg(i::text, ' ' ORDER BY i) FROM t", url: url) }
  }

  @Test func `A statement is prepared and executed in one round trip`() async throws {
    for number in 1...3 {
      #expect(try await roundTrips { try await pool.execute("INSERT INTO t VALUES (\(number))") } == 1)
    }
    #expect(try await roundTrips { try await pool.execute(Statement("SELECT 1").unprepared()) } == 1)
    #expect(try rows == "1 2 3")
  }

  @Test func `A transaction begins with its first statement and ends with its last`() async throws {
    let long = try await roundTrips {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        try await transaction.executeAndCommit("INSERT INTO t VALUES (2)")
      }
    }
    #expect(long == 2)
    let short = try await roundTrips {
      try await pool.transaction { _ = try await $0.executeAndCommit("INSERT INTO t VALUES (3)") }
    }
    #expect(short == 1)
    let ordinary = try await roundTrips {
      _ = try await pool.transaction { try await $0.execute("INSERT INTO t VALUES (4)") }
    }
    #expect(ordinary == 2)
    let empty = try await roundTrips { try await pool.transaction { _ in } }
    #expect(empty == 0)
    #expect(try rows == "1 2 3 4")
  }

  @Test func `Statements sent at once are one transaction`() async throws {
    let count = try await roundTrips {
      let results = try await pool.execute(
        ["INSERT INTO t VALUES (1), (2)", "SELECT i FROM t ORDER BY i", "DELETE FROM t WHERE i = 1"], until: ampleTime)
      #expect(results.map(\.affectedRowCount) == [2, 2, 1])
      #expect(try results[1].map { try $0["i", as: Int.self] } == [1, 2])
    }
    #expect(count == 1)
    let error = await #expect(throws: PostgresError.self) {
      try await pool.execute(["INSERT INTO t VALUES (3)", "SELEKT 1", "INSERT INTO t VALUES (4)"], until: ampleTime)
    }
    #expect(error?.sqlState == .syntaxError)
    #expect(try rows == "2")
    #expect(try await pool.execute([], until: ampleTime).isEmpty)
    #expect(pool.statistics.opened == 1)
  }

  @Test func `Very many statements at once do not block each other`() async throws {
    let text = String(repeating: "x", count: 10_000)
    let results = try await pool.execute((0..<1_000).map { "SELECT \($0) AS value, \(text)::text" }, until: ampleTime)
    #expect(try results.map { try value($0, as: Int.self) } == Array(0..<1_000))
  }

  @Test func `A failure with which a transaction begins or ends leaves nothing, and the connection is used again`()
    async throws
  {
    for (first, last) in [("SELEKT 1", "SELECT 1"), ("INSERT INTO t VALUES (1)", "SELEKT 1")] {
      let error = await #expect(throws: PostgresError.self) {
        try await pool.transaction { transaction in
          try await transaction.execute("\(unescapedSQL: first)")
          try await transaction.executeAndCommit("\(unescapedSQL: last)")
        }
      }
      #expect(error?.sqlState == .syntaxError)
    }
    // What only COMMIT brings to light.
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { _ = try await $0.executeAndCommit("INSERT INTO t VALUES (1), (1)") }
    }
    #expect(error?.sqlState == .uniqueViolation)
    #expect(try rows == "")
    #expect(pool.statistics.opened == 1)
  }

  @Test func `What only the commit of a first statement brings to light is the server's error`() async throws {
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("INSERT INTO t VALUES (1), (1)") }
    #expect(error?.sqlState == .uniqueViolation)
    let batch = await #expect(throws: PostgresError.self) {
      try await pool.execute(["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"], until: ampleTime)
    }
    #expect(batch?.sqlState == .uniqueViolation)
    #expect(pool.statistics.opened == 1)
    // And where that ends the session.
    try server.psql(
      """
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die();
      """, url: url)
    let fatal = await #expect(throws: PostgresError.self) { try await pool.execute("INSERT INTO t VALUES (2), (3)") }
    #expect(fatal?.sqlState == .adminShutdown)
    #expect(try rows == "")
  }

  @Test func `After its last statement a transaction takes no other`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.executeAndCommit("INSERT INTO t VALUES (1)")
        try await transaction.execute("INSERT INTO t VALUES (2)")
      }
    }
    #expect(error?.reason == .transactionAborted)
    #expect(try rows == "1")
  }

  @Test(arguments: [nil, "COMMIT", "ROLLBACK"])
  func `What follows the end of a transaction is not executed by itself`(end: String?) async throws {
    var late: PostgresError.Reason?
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        if let end {
          try await transaction.execute("\(unescapedSQL: end)")
        } else {
          // Only COMMIT brings to light what is wrong, and ends the transaction.
          _ = try? await transaction.executeAndCommit("INSERT INTO t VALUES (1)")
        }
        do {
          try await transaction.execute("INSERT INTO t VALUES (2)")
        } catch let error as PostgresError { late = error.reason }
        _ = try? await transaction.copyIn("COPY t FROM STDIN") { try $0.write("3\n".utf8) }
      }
    }
    #expect(error?.reason == .transactionAborted)
    #expect(late == .transactionAborted)
    #expect(try rows == (end == "COMMIT" ? "1" : ""))
  }

  @Test func `A first statement that cannot be sent leaves a transaction as it was`() async throws {
    try await pool.transaction { transaction in
      await #expect(throws: PostgresError.self) { try await transaction.execute("SELECT \("\0")") }
      try await transaction.execute("INSERT INTO t VALUES (1)")
    }
    #expect(try rows == "1")
  }

  @Test func `Statements sent at once do without what was prepared and is no longer known`() async throws {
    let statements: [Statement] = ["SELECT * FROM t", "INSERT INTO t VALUES (1)", "SELECT * FROM t ORDER BY i"]
    for statement in statements { try await pool.execute(statement) }
    for loss in ["ALTER TABLE t ADD COLUMN name text", "DEALLOCATE ALL"] as [Statement] {
      for statement in ["DELETE FROM t", loss] { try await pool.execute(statement.unprepared()) }
      #expect(try await pool.execute(statements, until: ampleTime).map(\.columns.count) == [2, 0, 2])
      #expect(try rows == "1")
    }
  }

  @Test func `What commits as it goes is not sent once more with what is no longer known`() async throws {
    let count: Statement = "SELECT count(*) FROM t"
    try await pool.execute(count)
    try await pool.execute(Statement("DEALLOCATE ALL").unprepared())
    let error = await #expect(throws: PostgresError.self) {
      try await pool.execute(["DO $$ BEGIN COMMIT; END $$", count], until: ampleTime)
    }
    #expect(error?.sqlState == .invalidSQLStatementName)
  }

  @Test func `A first statement that fails is not hidden by the body`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        _ = try? await transaction.execute("SELEKT 1")
        _ = try? await transaction.execute("INSERT INTO t VALUES (1)")
      }
    }
    #expect(error?.reason == .transactionAborted)
    #expect(try rows == "")
  }

  @Test func `A transaction whose statement was ended by others commits nothing with the last`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        try await transaction.execute("ROLLBACK")
        try await transaction.executeAndCommit("INSERT INTO t VALUES (2)")
      }
    }
    #expect(error?.reason == .transactionAborted)
    #expect(try rows == "")
  }

  @Test func `Between a savepoint and its release nothing stays of what fails`() async throws {
    try await pool.transaction { transaction in
      try await transaction.execute("INSERT INTO t VALUES (1)")
      let error = await #expect(throws: PostgresError.self) {
        try await transaction.savepoint { transaction in
          try await transaction.execute("INSERT INTO t VALUES (2)")
          try await transaction.savepoint { _ = try await $0.execute("INSERT INTO t VALUES (3)") }
          try await transaction.execute("SELEKT 1")
        }
      }
      #expect(error?.sqlState == .syntaxError)
      let sum = try await transaction.savepoint { transaction in
        try await transaction.execute("INSERT INTO t VALUES (4)")
        return try await transaction.value("SELECT sum(i) FROM t", as: Int.self)
      }
      #expect(sum == 5)
    }
    #expect(try rows == "1 4")
  }
}
