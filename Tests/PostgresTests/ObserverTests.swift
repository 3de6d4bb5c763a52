import TestSupport
import Testing

@testable import Postgres

/// What an observer of a pool is told.
@Suite(.ownThread) struct ObserverTests {
  /// Writes down what it is told, durations apart, which it holds against the time that passed.
  private final class Recorder: PostgresObserver {
    let events = Shared<[String]>([])
    let durations = Shared<[Duration]>([])

    func connectEnded(_ report: ConnectReport) {
      note("connect #\(report.attempt): \(report.error.map { $0.reason.rawValue } ?? "ok")", report.duration)
    }

    func statementEnded(_ report: StatementReport) {
      let outcome = report.error.map { "\($0.sqlState?.rawValue ?? $0.reason.rawValue)" }
      note("\(report.text): \(outcome ?? report.affectedRowCount.map { "\($0) rows" } ?? "?")", report.duration)
    }

    func retryBegan(_ report: RetryReport) {
      note(
        "retry #\(report.attempt) after \(report.error.sqlState?.rawValue ?? report.error.reason.rawValue)",
        report.pause)
    }

    private func note(_ event: String, _ duration: Duration) {
      events.withLock { $0.append(event) }
      durations.withLock { $0.append(duration) }
    }
  }

  private let recorder = Recorder()

  private var events: [String] { recorder.events.withLock { $0 } }

  private func makePool(_ url: String, retryTime: Duration = .zero) throws -> Pool {
    Pool(try ConnectionConfiguration(url), limit: 1, retryTime: retryTime, observers: [recorder])
  }

  @Test func `A connect and the statements after it are seen, and no parameter`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let pool = try makePool(url)
    let secret = "O'Brien"
    try await pool.execute("CREATE TABLE t (name text)")
    try await pool.execute("INSERT INTO t VALUES (\(secret)), (\(secret))")
    await #expect(throws: PostgresError.self) { try await pool.execute("INSERT INTO missing VALUES (\(secret))") }
    #expect(
      events == [
        "connect #1: ok", "CREATE TABLE t (name text): 0 rows", "INSERT INTO t VALUES ($1), ($2): 2 rows",
        "INSERT INTO missing VALUES ($1): 42P01",
      ])
  }

  @Test func `Durations are those of the connect, the statement and the pause`() async throws {
    let start = ContinuousClock.now
    let pool = try await makePool(sharedURL)
    try await pool.execute("SELECT pg_sleep(0.3)")
    let durations = recorder.durations.withLock { $0 }
    #expect(durations.count == 2)
    #expect(durations.allSatisfy { $0 > .zero })
    #expect(durations.last.map { $0 >= .milliseconds(300) } == true)
    #expect(durations.reduce(.zero, +) <= start.duration(to: .now))
  }

  @Test func `A connect that fails is seen, and so is each retry`() async throws {
    let port = try SilentListener().port
    let pool = try makePool("postgresql://127.0.0.1:\(port)/db", retryTime: .milliseconds(400))
    await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
    let events = events
    #expect(events.count >= 3)
    for (index, event) in events.enumerated() {
      let attempt = index / 2 + 1
      let isRetry = index % 2 == 1
      #expect(
        event == (isRetry ? "retry #\(attempt + 1) after connectionRefused" : "connect #\(attempt): connectionRefused"))
    }
    #expect(recorder.durations.withLock { $0[1] } <= .milliseconds(40))
  }

  @Test func `A statement that is retried is seen each time, with what it failed of`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    try server.psql(
      """
      CREATE SEQUENCE tries;
      CREATE FUNCTION try() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('tries') = 1 THEN RAISE EXCEPTION USING ERRCODE = '40001'; END IF;
        RETURN 7;
      END $$;
      """, url: url)
    try await makePool(url, retryTime: .seconds(10)).execute("SELECT try()")
    #expect(
      events == ["connect #1: ok", "SELECT try(): 40001", "retry #2 after 40001", "SELECT try(): 1 rows"])
  }

  @Test func `A connection that died while it was idle is replaced and all of that is seen`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let pool = try makePool(url)
    let one = Statement("SELECT 1").idempotent()
    try await pool.execute(one)
    try await ThrowawayPostgres.shared.terminateSessions(of: url)
    try await pool.execute(one)
    #expect(
      events == [
        "connect #1: ok", "SELECT 1: 1 rows", "SELECT 1: 57P01", "connect #1: ok", "SELECT 1: 1 rows",
      ])
  }

  @Test func `A transaction's statements and scripts are seen, and its retries`() async throws {
    let pool = try await makePool(sharedURL, retryTime: .seconds(10))
    let tries = Shared(0)
    try await pool.transaction(until: ampleTime, isIdempotent: true) { transaction in
      try await transaction.executeUncheckedScript("SELECT 1; SELECT 2", until: ampleTime)
      let isFirst = tries.withLock {
        $0 += 1
        return $0 == 1
      }
      if isFirst { try await transaction.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$") }
    }
    let script = ["SAVEPOINT script: 0 rows", "SELECT 1; SELECT 2: 1 rows", "RELEASE SAVEPOINT script: 0 rows"]
    #expect(
      events == ["connect #1: ok", "BEGIN: 0 rows"] + script
        + ["DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$: 40001", "ROLLBACK: 0 rows"]
        + ["retry #2 after 40001", "BEGIN: 0 rows"] + script + ["COMMIT: 0 rows"])
  }

  @Test func `A statement of which only its commit fails is seen to fail`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase()
    let pool = try makePool(url)
    try await pool.execute("CREATE TABLE t (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    let insert: Statement = "INSERT INTO t VALUES (1), (1)"
    for _ in 1...2 { await #expect(throws: PostgresError.self) { try await pool.execute(insert) } }
    #expect(events.dropFirst(2) == ["\(insert.text): 23505", "\(insert.text): 23505"])
    await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("SELECT 1")
        try await transaction.executeAndCommit(insert)
      }
    }
    #expect(events.dropFirst(4) == ["BEGIN: 0 rows", "SELECT 1: 1 rows", "\(insert.text): 2 rows", "COMMIT: 23505"])
  }

  @Test func `An observer sees the values of the task that used the pool`() async throws {
    enum Local { @TaskLocal static var name = "nobody" }
    final class Reader: PostgresObserver {
      let names = Shared<[String]>([])
      func connectEnded(_ report: ConnectReport) { names.withLock { $0.append(Local.name) } }
      func statementEnded(_ report: StatementReport) { names.withLock { $0.append(Local.name) } }
    }
    let reader = Reader()
    let pool = Pool(try await ConnectionConfiguration(sharedURL), limit: 1, observers: [recorder, reader])
    try await Local.$name.withValue("ana") { _ = try await pool.execute("SELECT 1") }
    #expect(reader.names.withLock { $0 } == ["ana", "ana"])
    #expect(events.count == 2)
  }
}
