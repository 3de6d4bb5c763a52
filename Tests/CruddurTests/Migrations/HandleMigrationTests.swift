import TestSupport
import Testing

@testable import Cruddur

/// `004-handle-digest.sql`, in a database that people use.
@Suite(.ownThread) struct HandleMigrationTests {
  private let postgres: ThrowawayPostgres
  private let url: String

  /// A database as it was before.
  init() async throws {
    postgres = try await ThrowawayPostgres.shared
    url = try postgres.makeDatabase()
    var migrator = try Migrator(url: url)
    migrator.migrations = Array(migrator.migrations.prefix { $0.name < "004" })
    migrator.grants = ""
    _ = try await migrator.run()
  }

  /// Adds users, the first the longest ago: the handle and the `sub`.
  private func add(_ users: KeyValuePairs<String, String>) throws {
    for (index, user) in users.enumerated() {
      try postgres.psql(
        """
        INSERT INTO users (display_name, handle, cognito_user_id, created_at)
        VALUES ('\(user.key)', '\(user.key)', '\(user.value)', '2026-01-01'::timestamptz + \(index) * interval '1 second')
        """, url: url)
    }
  }

  private func handles() throws -> [String] {
    try postgres.psql("SELECT cognito_user_id || ' ' || handle FROM users ORDER BY created_at", url: url)
      .split(separator: "\n").map(String.init)
  }

  @Test func `Whoever came first keeps their handle, and whose is changed is said without it`() async throws {
    try add([
      "Ana": "11111111-a", "bo": "22222222-b", "ana": "33333333-c", "ANA": "44444444-d", "e\u{301}": "55555555-e",
      "É": "66666666-f",
    ])
    let report = try await Migrator(url: url).report()
    #expect(report.applied.first == "004-handle-digest")
    #expect(
      try handles() == [
        "11111111-a Ana", "22222222-b bo", "33333333-c ana-33333333", "44444444-d ANA-44444444",
        "55555555-e e\u{301}", "66666666-f É-66666666",
      ])
    #expect(report.remarks.count == 3)
    let subs = ["33333333-c", "44444444-d", "66666666-f"]
    for (remark, sub) in zip(report.remarks, subs) {
      let uuid = try postgres.psql("SELECT uuid FROM users WHERE cognito_user_id = '\(sub)'", url: url)
      #expect(remark.contains(sub) && remark.contains(uuid), "\(remark)")
      #expect(!remark.lowercased().contains("ana") && !remark.contains("É"), "\(remark)")
    }
    #expect(try await Migrator(url: url).report() == Migrator.Report())
  }

  @Test func `Nobody is renamed where all handles differ`() async throws {
    try add(["ana": "1", "anna": "2"])
    let report = try await Migrator(url: url).report()
    #expect(report.remarks == [])
    #expect(try handles() == ["1 ana", "2 anna"])
  }

  @Test func `A changed handle is taken from nobody, and within the limits`() async throws {
    let long = String(repeating: "x", count: 64)
    let id = String(repeating: "i", count: 80)
    try add([
      "ana": "1", "ana-22222222": "2", "ana-22222222-a": "3", "ANA-22222222-A-2": "4", "Ana": "22222222-a", long: "5",
      long.uppercased(): "66666666-b", "bo": "7", "BO-iiiiiiii": "8", "Bo": id,
    ])
    _ = try await Migrator(url: url).run()
    #expect(
      try handles() == [
        "1 ana", "2 ana-22222222", "3 ana-22222222-a", "4 ANA-22222222-A-2", "22222222-a Ana-22222222-a-3", "5 \(long)",
        "66666666-b \(String(repeating: "X", count: 55))-66666666", "7 bo", "8 BO-iiiiiiii", "\(id) \(id)",
      ])
  }

  /// What the program before this migration says when somebody signs up.
  private func insert(_ handle: String, _ sub: String) -> String {
    """
    INSERT INTO public.users (display_name, email, handle, cognito_user_id)
    VALUES ('Ana', NULL, '\(handle)', '\(sub)') ON CONFLICT DO NOTHING
    """
  }

  @Test func `A sign-up that goes on is waited for, and one that comes meanwhile waits`() async throws {
    try add(["ana": "1"])
    let signUp = try PsqlSession(url)
    defer { signUp.end() }
    try signUp.send("BEGIN; \(insert("ANA", "22222222-a"));")
    try wait(
      for:
        "SELECT count(*) > 0 FROM \(locksOfThisDatabase) WHERE relation = 'users'::regclass AND mode = 'RowExclusiveLock'"
    )
    let migrator = try Migrator(url: url)
    let migration = Task(executorPreference: ThreadExecutor()) { try await migrator.report() }
    try wait(for: "SELECT count(*) = 1 FROM \(locksOfThisDatabase) WHERE relation = 'users'::regclass AND NOT granted")
    let later = try PsqlSession(url)
    defer { later.end() }
    try later.send(insert("aNA", "33333333-a") + ";")
    try wait(for: "SELECT count(*) = 2 FROM \(locksOfThisDatabase) WHERE relation = 'users'::regclass AND NOT granted")
    // Those who read are not kept waiting.
    #expect(try postgres.psql("SELECT handle FROM users", url: url) == "ana")
    try signUp.send("COMMIT;")
    #expect(try await migration.value.remarks.count == 1)
    later.end()
    #expect(try handles() == ["1 ana", "22222222-a ANA-22222222"])
  }

  @Test func `A program from before finds a handle taken, as it does any other`() async throws {
    try add(["ana": "1"])
    _ = try await Migrator(url: url).run()
    try postgres.psql(insert("ANA", "2"), url: url)
    #expect(try handles() == ["1 ana"])
    try postgres.psql(insert("ANA-2", "2"), url: url)
    #expect(try handles() == ["1 ana", "2 ANA-2"])
  }

  /// Waits until a query answers `t`.
  private func wait(for query: String) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try postgres.psql(query, url: url) != "t" {
      guard .now < deadline else { throw TestSupportError("never: \(query)") }
    }
  }
}
