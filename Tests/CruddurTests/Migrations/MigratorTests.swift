import LambdaRuntime
import Postgres
import TestSupport
import Testing

@testable import Cruddur

/// Migrations of the test's own, on a real PostgreSQL.
@Suite(.ownThread) struct MigratorTests {
  private let postgres: ThrowawayPostgres
  private let url: String
  private let a = "CREATE TABLE a (); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;"

  init() async throws {
    postgres = try await ThrowawayPostgres.shared
    url = try postgres.makeDatabase()
  }

  /// What there is, and what the record says of it.
  private func tables() throws -> String {
    try postgres.psql("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_stat_user_tables", url: url)
  }

  private func record() throws -> String {
    try postgres.psql("SELECT string_agg(name, ' ' ORDER BY name) FROM schema_migrations", url: url)
  }

  /// Waits until a query answers `t`.
  private func wait(for query: String) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try postgres.psql(query, url: url) != "t" {
      guard .now < deadline else { throw TestSupportError("never: \(query)") }
    }
  }

  private let migrationLocks = """
    SELECT granted FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()
    """

  /// Keeps all runs waiting for as long as the session lasts.
  private func lockMigrations(in session: PsqlSession) throws {
    try session.send("BEGIN; DO 'BEGIN PERFORM pg_advisory_xact_lock(x''63727564647572''::bigint); END';")
    try wait(for: "SELECT count(*) > 0 FROM (\(migrationLocks)) AS locks WHERE granted")
  }

  /// The error that a run ends with.
  private func failure(_ migrations: KeyValuePairs<String, String>) async throws -> any LambdaError {
    let error = await #expect(throws: (any Error).self) { try await Migrator(url: url, migrations).run() }
    return try #require(error as? any LambdaError)
  }

  @Test func `Nothing of a failed file stays, and what came before does`() async throws {
    let broken = "CREATE TABLE b (); SELECT 1/0; CREATE TABLE c ()"
    let error = try await failure(["001-a": a, "002-b": broken, "003-c": ""])
    #expect(error.errorType.rawValue == "Function.DatabaseError")
    #expect(
      error.errorMessage
        == "The database failed at the migration 002-b, line 1: The database refused the statement. (SQLSTATE 22012)")
    #expect(try tables() == "a schema_migrations")
    #expect(try record() == "001-a")

    let mended = try Migrator(url: url, ["001-a": a, "002-b": "CREATE TABLE b ()", "003-c": ""])
    #expect(try await mended.run() == ["002-b", "003-c"])
    #expect(try await mended.run() == [])
    #expect(try record() == "001-a 002-b 003-c")
  }

  @Test func `What a migration says of what it changed is told once`() async throws {
    let remark = #"SELECT set_config('cruddur.remarks', '["One \"1\"", "Two\n2"]', true)"#
    let report = try await Migrator(url: url, ["001-a": remark, "002-b": ""]).report()
    #expect(report == Migrator.Report(applied: ["001-a", "002-b"], remarks: [#"One "1""#, "Two\n2"]))
  }

  @Test func `A failed first file leaves nothing at all`() async throws {
    _ = try await failure(["001-a": "CREATE TABLE a (); CREATE TABLE a ()"])
    #expect(try tables() == "")
  }

  @Test func `A changed file is an error, and nothing is done`() async throws {
    _ = try await Migrator(url: url, ["001-a": a]).run()
    let error = try await failure(["001-a": a + " ", "002-b": "CREATE TABLE b ()"])
    #expect(error as? MigrationConflict == .changed("001-a"))
    #expect(try tables() == "a schema_migrations")
  }

  @Test func `A newer database is an error, and nothing is done`() async throws {
    _ = try await Migrator(url: url, ["001-a": a, "002-b": ""]).run()
    let error = try await failure(["001-a": a])
    #expect(error as? MigrationConflict == .unknown("002-b"))
  }

  @Test func `A file between those that are applied is an error, and nothing is done`() async throws {
    _ = try await Migrator(url: url, ["001-a": a, "003-c": ""]).run()
    let error = try await failure(["001-a": a, "002-b": "CREATE TABLE b ()", "003-c": ""])
    #expect(error as? MigrationConflict == .skipped("002-b", before: "003-c"))
    #expect(try tables() == "a schema_migrations")
  }

  @Test(arguments: ["COMMIT", "COMMIT; BEGIN", "ROLLBACK", "ROLLBACK; BEGIN", "COMMIT AND CHAIN", "END"])
  func `A file that ends its transaction is an error, and is not recorded`(end: String) async throws {
    _ = try await Migrator(url: url, ["001-a": a]).run()
    let error = try await failure(["001-a": a, "002-b": "CREATE TABLE b (); \(end);", "003-c": "CREATE TABLE c ()"])
    #expect((error as? DatabaseFailure)?.cause.reason == .transactionAborted)
    #expect(error.errorMessage.contains("002-b"))
    #expect(try record() == "001-a")
  }

  /// A transaction of the stricter levels sees what there was when it began to wait.
  @Test(arguments: ["read committed", "repeatable read", "serializable"])
  func `Many runs at once apply each file once`(isolation: String) async throws {
    try postgres.psql(
      """
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = %L', current_database(), '\(isolation)');
      END $$
      """, url: url)
    let migrations: KeyValuePairs = ["001-a": "CREATE TABLE a (n int)", "002-b": "INSERT INTO a VALUES (1)"]
    let other = try PsqlSession(url)
    defer { other.end() }
    try lockMigrations(in: other)
    let applied = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<6 {
        group.addTask(executorPreference: ThreadExecutor()) { try await Migrator(url: url, migrations).run() }
      }
      try wait(for: "SELECT count(*) = 6 FROM (\(migrationLocks)) AS locks WHERE NOT granted")
      other.end()
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(applied.sorted() == ["001-a", "002-b"])
    #expect(try postgres.psql("SELECT count(*) FROM a", url: url) == "1")
  }

  @Test func `Whoever waits for another run in vain says so`() async throws {
    let other = try PsqlSession(url)
    defer { other.end() }
    try lockMigrations(in: other)
    let deadline = ContinuousClock.now + .seconds(2)
    let error = await #expect(throws: DatabaseFailure.self) {
      try await Migrator(url: url, ["001-a": a]).run(until: deadline)
    }
    #expect(deadline.duration(to: .now) < .seconds(5))
    #expect(error?.errorType.rawValue == "Function.DatabaseTimeout")
    #expect(error?.errorMessage.contains("waiting for other runs") == true)
    other.end()
    #expect(try await Migrator(url: url, ["001-a": a]).run() == ["001-a"])
  }

  @Test func `A lost connection is an error, and the next run goes on`() async throws {
    // With a pool that does not try again.
    var migrator = try Migrator(url: url, ["001-a": a, "002-b": "CREATE TABLE b (); SELECT pg_sleep(60)"])
    migrator.database = Pool(try ConnectionConfiguration(url), limit: 1)
    let run = Task(executorPreference: ThreadExecutor()) { try await migrator.run() }
    try wait(
      for: "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")
    try postgres.terminateSessions(of: url)
    let error = await #expect(throws: DatabaseFailure.self) { try await run.value }
    #expect([.serverShutdown, .connectionLost].contains(error?.cause.reason))
    #expect(error?.errorMessage.contains("002-b") == true)
    #expect(try record() == "001-a")
    #expect(try await Migrator(url: url, ["001-a": a, "002-b": "CREATE TABLE b ()"]).run() == ["002-b"])
  }

  @Test func `A file that meets a deadlock is applied after all, once`() async throws {
    try postgres.psql("CREATE SEQUENCE tries", url: url)
    let refusal = "DO $$ BEGIN IF nextval('tries') = 1 THEN RAISE deadlock_detected; END IF; END $$;"
    let migrator = try Migrator(url: url, ["001-a": a, "002-b": "CREATE TABLE b (); \(refusal)"])
    #expect(try await migrator.run() == ["001-a", "002-b"])
    #expect(try postgres.psql("SELECT last_value FROM tries", url: url) == "2")
    #expect(try record() == "001-a 002-b")
  }

  @Test func `Tables that are there without a record are the first file's error`() async throws {
    try postgres.psql("CREATE TABLE a ()", url: url)
    let error = try await failure(["001-a": a])
    #expect(error.errorMessage.contains("001-a") && error.errorMessage.contains("SQLSTATE 42P07"))
  }
}
