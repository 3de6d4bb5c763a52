import Glibc
import TestSupport
import Testing

@testable import Postgres

/// What a pool with a `retryTime` makes of failures that may pass.
@Suite(.ownThread) struct RetryTests {
  private let server: ThrowawayPostgres
  private let url: String

  init() async throws {
    server = try await ThrowawayPostgres.shared
    url = try server.makeDatabase()
  }

  private func pool(_ retryTime: Duration = .seconds(10)) throws -> Pool {
    Pool(try ConnectionConfiguration(url), limit: 1, retryTime: retryTime)
  }

  /// Makes a table that refuses the first rows with an error; a sequence, which nothing undoes, counts the tries.
  private func makeTable(refusing count: Int, _ state: String) throws {
    try server.psql(
      """
      CREATE TABLE t (i int);
      CREATE SEQUENCE tries;
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('tries') <= \(count) THEN RAISE EXCEPTION USING ERRCODE = '\(state)'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse();
      """, url: url)
  }

  private var rowsAndTries: String {
    get throws { try server.psql("SELECT (SELECT count(*) FROM t), last_value FROM tries", url: url) }
  }

  @Test(arguments: [
    "08000", "08006", "25006", "40001", "40P01", "53000", "53100", "53200", "53300", "53400", "55P03", "57P01", "57P02",
    "57P03", "58000", "58030",
  ]) func `What may pass is tried again`(state: String) async throws {
    try makeTable(refusing: 2, state)
    try await pool().execute(Statement("INSERT INTO t VALUES (1)").idempotent())
    #expect(try rowsAndTries == "1|3")
  }

  @Test(arguments: ["22001", "23505", "42501", "42601", "42P01", "57014", "P0001"])
  func `What does not pass is an error at once`(state: String) async throws {
    try makeTable(refusing: 1, state)
    let pool = try pool()
    let error = await #expect(throws: PostgresError.self) {
      try await pool.execute(Statement("INSERT INTO t VALUES (1)").idempotent())
    }
    #expect(error?.sqlState == SQLState(rawValue: state))
    #expect(try rowsAndTries == "0|1")
  }

  /// What a server says of itself has undone the statement; a proxy that lost the server, or a session that was ended, has
  /// perhaps not.
  @Test(arguments: [
    ("25006", true), ("40001", true), ("40P01", true), ("53100", true), ("55P03", true), ("58030", true),
    ("08006", false), ("57P01", false), ("40003", false),
  ]) func `What may not be done twice is tried again where nothing was done`(state: String, isRetried: Bool)
    async throws
  {
    try makeTable(refusing: 1, state)
    let pool = try pool()
    if isRetried {
      try await pool.execute("-- a comment\ninsert INTO t VALUES (1)")
    } else {
      await #expect(throws: PostgresError.self) { try await pool.execute("INSERT INTO t VALUES (1)") }
    }
    #expect(try rowsAndTries == (isRetried ? "1|2" : "0|1"))
  }

  @Test func `What commits as it goes is not tried again`() async throws {
    try makeTable(refusing: 0, "40001")
    try server.psql(
      """
      CREATE PROCEDURE p() LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO t VALUES (1);
        COMMIT;
        RAISE EXCEPTION USING ERRCODE = '40001';
      END $$
      """, url: url)
    let pool = try pool()
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("CALL p()") }
    #expect(error?.sqlState == .serializationFailure)
    #expect(try rowsAndTries == "1|1")
  }

  @Test func `Without a retry time nothing is tried again`() async throws {
    try makeTable(refusing: 1, "40001")
    let pool = try pool(.zero)
    await #expect(throws: PostgresError.self) {
      try await pool.execute(Statement("INSERT INTO t VALUES (1)").idempotent())
    }
    #expect(try rowsAndTries == "0|1")
  }

  @Test(arguments: [(Duration.milliseconds(600), Duration.seconds(20)), (.seconds(20), .milliseconds(850))])
  func `The last error is thrown when the time is over`(retryTime: Duration, deadline: Duration) async throws {
    try makeTable(refusing: 1_000, "40P01")
    let pool = try pool(retryTime)
    let start = ContinuousClock.now
    let error = await #expect(throws: PostgresError.self) {
      try await pool.execute("INSERT INTO t VALUES (1)", until: start + deadline)
    }
    let time = start.duration(to: .now)
    #expect(error?.sqlState == .deadlockDetected)
    #expect(time > .milliseconds(200) && time < .milliseconds(600) + tolerance, "\(time)")
    let tries = try #require(Int(try rowsAndTries.dropFirst(2)))
    #expect((3...30).contains(tries), "\(tries)")
  }

  @Test func `A server that only reads for a while is left for a new session each time`() async throws {
    try server.psql("CREATE TABLE t (i int)", url: url)
    let name = try #require(url.split(separator: "/").last)
    let pool = try pool()
    try await pool.execute("SET default_transaction_read_only = on")
    try server.psql("ALTER DATABASE \(name) SET default_transaction_read_only = on")
    let insertion = Task(executorPreference: ThreadExecutor()) {
      try await pool.execute("INSERT INTO t VALUES (1)", until: ampleTime)
    }
    try await waitUntil { pool.statistics.opened > 2 }
    try server.psql("ALTER DATABASE \(name) SET default_transaction_read_only = off")
    _ = try await insertion.value
    #expect(try server.psql("SELECT count(*) FROM t", url: url) == "1")
  }

  @Test func `The first statement of a transaction is tried again, and no other`() async throws {
    try makeTable(refusing: 1, "40001")
    let pool = try pool()
    let bodies = Shared(0)
    try await pool.transaction { transaction in
      bodies.withLock { $0 += 1 }
      try await transaction.execute("INSERT INTO t VALUES (1)")
    }
    #expect(try rowsAndTries == "1|2")
    #expect(bodies.withLock { $0 } == 1)
    try server.psql("ALTER SEQUENCE tries RESTART", url: url)
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("SELECT 1")
        try await transaction.execute("INSERT INTO t VALUES (2)")
      }
    }
    #expect(error?.sqlState == .serializationFailure)
    #expect(try rowsAndTries == "1|1")
  }

  @Test func `A transaction that may be done twice is tried again whole`() async throws {
    try makeTable(refusing: 1, "40001")
    let bodies = Shared(0)
    try await pool().transaction(until: ampleTime, isIdempotent: true) { transaction in
      bodies.withLock { $0 += 1 }
      try await transaction.execute("SELECT 1")
      try await transaction.execute("INSERT INTO t VALUES (1)")
    }
    #expect(try rowsAndTries == "1|2")
    #expect(bodies.withLock { $0 } == 2)
  }

  @Test func `A last statement with which the transaction begins is tried again only where nothing was done`()
    async throws
  {
    for (state, isRetried) in [("40001", true), ("57P01", false)] {
      try server.psql("DROP TABLE IF EXISTS t; DROP SEQUENCE IF EXISTS tries; DROP FUNCTION IF EXISTS refuse", url: url)
      try makeTable(refusing: 1, state)
      let pool = try pool()
      if isRetried {
        try await pool.transaction { _ = try await $0.executeAndCommit("INSERT INTO t VALUES (1)") }
      } else {
        await #expect(throws: PostgresError.self) {
          try await pool.transaction { _ = try await $0.executeAndCommit("INSERT INTO t VALUES (1)") }
        }
      }
      #expect(try rowsAndTries == (isRetried ? "1|2" : "0|1"))
    }
  }

  @Test func `A connection that is refused for a while is tried again, whatever the statement`() async throws {
    let name = try #require(url.split(separator: "/").last)
    try server.psql("CREATE TABLE t (i int); GRANT ALL ON t TO PUBLIC", url: url)
    try server.psql("CREATE ROLE \(name) LOGIN PASSWORD 'secret' CONNECTION LIMIT 0")
    let full = "postgresql://\(name):secret@db.example:\(server.port)/\(name)?sslmode=disable"
    var configuration = try ConnectionConfiguration(full)
    // Each try looks the host up anew.
    let lookups = Shared(0)
    configuration.resolver = Resolver { _ in
      lookups.withLock { $0 += 1 }
      return .success(["127.0.0.1"])
    }
    let pool = Pool(configuration, limit: 2, retryTime: .seconds(20))
    let tasks = [
      Task(executorPreference: ThreadExecutor()) {
        _ = try await pool.execute("INSERT INTO t VALUES (1)", until: ampleTime)
      },
      Task(executorPreference: ThreadExecutor()) {
        _ = try await pool.transaction { try await $0.execute("INSERT INTO t VALUES (2)") }
      },
    ]
    try await waitUntil { lookups.withLock { $0 } > 4 }
    #expect(pool.statistics.opened == 0)
    try server.psql("ALTER ROLE \(name) CONNECTION LIMIT 2")
    for task in tasks { try await task.value }
    #expect(try server.psql("SELECT count(*) FROM t", url: url) == "2")
  }

  @Test(arguments: [(EAI_AGAIN, true), (EAI_NONAME, false)])
  func `A name server that fails is asked again, and one that knows no such name is believed`(
    status: CInt, isRetried: Bool
  ) async throws {
    var configuration = try ConnectionConfiguration(
      url.replacing("@127.0.0.1:", with: "@db.example:") + "?sslmode=disable")
    let lookups = Shared(0)
    configuration.resolver = Resolver { _ in
      lookups.withLock { $0 += 1 }
      return lookups.withLock { $0 } == 1 ? .failure(PostgresError(lookupStatus: status)) : .success(["127.0.0.1"])
    }
    let pool = Pool(configuration, limit: 1, retryTime: .seconds(10))
    if isRetried {
      try await pool.execute("SELECT 1")
    } else {
      let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
      #expect(error?.reason == .hostNotFound)
    }
    #expect(lookups.withLock { $0 } == (isRetried ? 2 : 1))
  }

  @Test func `A cancelled task stops trying`() async throws {
    try makeTable(refusing: 1_000, "40001")
    let pool = try pool(.seconds(20))
    let task = Task(executorPreference: ThreadExecutor()) {
      try await pool.execute("INSERT INTO t VALUES (1)", until: .now + .seconds(60))
    }
    try await waitUntil { try rowsAndTries > "0|1" }
    let start = ContinuousClock.now
    task.cancel()
    let error = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(error?.reason == .cancelled)
    #expect(start.duration(to: .now) < tolerance)
  }
}
