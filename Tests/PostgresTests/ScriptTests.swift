import Postgres
import TestSupport
import Testing

/// Scripts in a transaction.
@Suite(.ownThread) struct ScriptTests {
  private let postgres: ThrowawayPostgres
  private let url: String
  private let pool: Pool

  init() async throws {
    postgres = try await ThrowawayPostgres.shared
    url = try postgres.makeDatabase()
    pool = try Pool(url: url)
  }

  private func run(_ script: String, until deadline: ContinuousClock.Instant = ampleTime) async throws {
    try await pool.transaction { transaction in
      try await transaction.executeUncheckedScript(script, until: deadline)
    }
  }

  private func tables() throws -> String {
    try postgres.psql("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_stat_user_tables", url: url)
  }

  @Test func `All of a script is executed`() async throws {
    try await run(
      """
      CREATE TABLE a (text text); -- a ; comment
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN NEW.text := '$1; COMMIT'; RETURN NEW; END $body$;
      CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();
      INSERT INTO a VALUES (NULL) RETURNING *;
      SELECT generate_series(1, 3)
      """)
    #expect(try postgres.psql("SELECT text FROM a", url: url) == "$1; COMMIT")
  }

  @Test(arguments: ["", " ;; ", "-- nothing"]) func `A script may be empty`(script: String) async throws {
    try await run(script)
  }

  @Test func `Nothing stays of a script that fails`() async throws {
    let error = await #expect(throws: PostgresError.self) { try await run("CREATE TABLE a (); SELECT 1/0; SELECT 2") }
    #expect(error?.sqlState?.rawValue == "22012")
    #expect(try tables() == "")
    try await run("CREATE TABLE b ()")
    #expect(pool.statistics.opened == 1)
  }

  @Test(arguments: ["COMMIT", "COMMIT; BEGIN", "ROLLBACK; BEGIN", "COMMIT AND CHAIN"])
  func `A script that ends the transaction is an error`(end: String) async throws {
    let error = await #expect(throws: PostgresError.self) { try await run("CREATE TABLE a (); \(end)") }
    #expect(error?.reason == .transactionAborted)
    try await run("CREATE TABLE b ()")
  }

  @Test func `A statement that refuses transactions is the server's error`() async throws {
    try await run("CREATE TABLE a (n int)")
    let error = await #expect(throws: PostgresError.self) { try await run("CREATE INDEX CONCURRENTLY ON a (n)") }
    #expect(error?.sqlState?.rawValue == "25001")
  }

  @Test func `What would be cut off is not sent`() async throws {
    let error = await #expect(throws: PostgresError.self) { try await run("CREATE TABLE a ();\0 DROP TABLE a") }
    #expect(error?.reason == .invalidParameter)
    #expect(try tables() == "")
  }

  @Test func `A script has a deadline`() async throws {
    try await pool.connect(until: ampleTime)
    let deadline = ContinuousClock.now + .milliseconds(300)
    let error = await #expect(throws: PostgresError.self) {
      try await run("CREATE TABLE a (); SELECT pg_sleep(600)", until: deadline)
    }
    expectTime(of: deadline)
    #expect(error?.reason == .statementTimeout)
    #expect(try tables() == "")
  }

  @Test func `A COPY that nobody sends data for is not supported`() async throws {
    let error = await #expect(throws: PostgresError.self) { try await run("CREATE TABLE a (); COPY a FROM STDIN") }
    #expect(error?.reason == .unsupported)
    #expect(try tables() == "")
  }
}
