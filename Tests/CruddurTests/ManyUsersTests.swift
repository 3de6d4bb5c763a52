import Postgres
import TestSupport
import Testing

@testable import Cruddur

/// Many users at a time, in a real database.
@Suite(.ownThread) struct ManyUsersTests {
  private let postgres: ThrowawayPostgres
  private let url: String
  private let users: Users
  private let deadline = ContinuousClock.now + .seconds(60)

  init() async throws {
    postgres = try await ThrowawayPostgres.shared
    url = try postgres.makeDatabase(schema: true)
    users = Users(Pool(try ConnectionConfiguration(url), limit: 4, retryTime: .seconds(20)))
  }

  private func user(_ id: String, _ handle: String, email: String? = nil) -> User {
    User(displayName: "\(handle) O'Brien", email: email, handle: handle, cognitoUserID: id)
  }

  private func rows() throws -> [String] {
    try postgres.psql(
      "SELECT cognito_user_id, handle, display_name, email FROM users ORDER BY cognito_user_id COLLATE \"C\"",
      url: url
    ).split(separator: "\n").map(String.init)
  }

  @Test func `Who is missing is told by position, and by every byte`() async throws {
    _ = try await users.add(user("s-é", "ana"), until: deadline)
    let ids = ["s-e\u{301}", "s-é", "S-É", "s-é ", "s-é", "nobody", ""]
    #expect(try await users.missing(among: ids, until: deadline) == [0, 2, 3, 5, 6])
    #expect(try await users.missing(among: [], until: deadline) == [])
  }

  @Test func `Users are stored as one by one, and the second time nothing is done`() async throws {
    let all = [
      user("s-1", "ana", email: "ana@example.com"), user("s-2", #"quo"te's \,{}"#), user("s-3", "👩‍👩‍👧‍👦"),
      user("s-4", "NULL"),
    ]
    #expect(try await users.add(all, until: deadline).map { try $0.get() } == all.map { .added(handle: $0.handle) })
    let stored = [
      "s-1|ana|ana O'Brien|ana@example.com", #"s-2|quo"te's \,{}|quo"te's \,{} O'Brien|"#,
      "s-3|👩‍👩‍👧‍👦|👩‍👩‍👧‍👦 O'Brien|", "s-4|NULL|NULL O'Brien|",
    ]
    #expect(try rows() == stored)
    #expect(try postgres.psql("SELECT count(*) FROM users WHERE email IS NULL", url: url) == "3")
    #expect(
      try await users.add(all, until: deadline).map { try $0.get() } == all.map { _ in .alreadyThere })
    #expect(try await users.add([], until: deadline).isEmpty)
    #expect(try rows() == stored)
  }

  /// The same users in the same order, once in one call and once in one each.
  @Test func `Handles that are taken, in the table or in the batch, give way as at the sign-up`() async throws {
    let ids = (0...5).map { "0000000\($0)-1111-4222-8333-944455556666" }
    let before = [user("first", "ana"), user("second", "ben-00000003"), user("third", "ben-\(ids[3])")]
    let batch = [
      user(ids[0], "ANA"), user(ids[1], "cleo"), user(ids[2], "Cleo\u{200B}"), user(ids[3], "ben"), user(ids[4], "BEN"),
      user(ids[5], "ana"),
    ]
    for user in before + [user("fourth", "ben")] { _ = try await users.add(user, until: deadline) }
    let additions = try await users.add(batch, until: deadline).map { try $0.get() }
    let handles = [
      "ANA-00000000", "cleo", "Cleo\u{200B}-00000002", "ben-\(ids[3])-2", "BEN-00000004", "ana-00000005",
    ]
    #expect(additions == handles.map { .added(handle: $0) })

    let other = try postgres.makeDatabase(schema: true)
    let alone = Users(Pool(try ConnectionConfiguration(other), limit: 1))
    for user in before + [user("fourth", "ben")] { _ = try await alone.add(user, until: deadline) }
    for (user, handle) in zip(batch, handles) {
      #expect(try await alone.add(user, until: deadline) == .added(handle: handle))
    }
  }

  @Test func `Somebody who is there twice is added once`() async throws {
    let additions = try await users.add(
      [user("s-1", "ana"), user("s-1", "ben"), user("s-1", "ana")], until: deadline
    ).map { try $0.get() }
    #expect(additions.count { $0 == .alreadyThere } == 2)
    #expect(try rows().count == 1)
  }

  @Test func `Somebody whom the database refuses keeps nobody out`() async throws {
    try postgres.psql("ALTER TABLE users ADD CHECK (handle <> 'ben')", url: url)
    let results = try await users.add(
      [user("s-1", "ana"), user("s-2", "ben"), user("s-3", "cleo")], until: deadline)
    #expect(results.map { (try? $0.get()) != nil } == [true, false, true])
    guard case .failure(let error) = results[1] else { return }
    #expect(error.sqlState == .init(rawValue: "23514") && !"\(error)".contains("ben"))
    #expect(try rows().count == 2)
  }

  @Test func `What is nobody's fault in particular is one error`() async throws {
    try postgres.psql("ALTER TABLE users RENAME email TO mail", url: url)
    await #expect(throws: PostgresError.self) {
      try await users.add([user("s-1", "ana"), user("s-2", "ben")], until: deadline)
    }
  }

  /// They meet, in different orders, with handles that collide, and each other's deadlocks pass.
  @Test func `Four at once, and sign-ups beside them, add everybody once`() async throws {
    let batch = (0..<400).map { user("\($0)-aaaaaaaa", "user-\($0 % 300)") }
    let added = try await withThrowingTaskGroup(of: Int.self) { group in
      for seed in 0..<3 {
        group.addTask(executorPreference: ThreadExecutor()) {
          let order = seed == 0 ? batch : seed == 1 ? batch.reversed() : batch.shuffled()
          return try await users.add(order, until: deadline).count { (try? $0.get()) != .alreadyThere }
        }
      }
      group.addTask(executorPreference: ThreadExecutor()) {
        var added = 0
        for user in batch.shuffled() where try await users.add(user, until: deadline) != .alreadyThere { added += 1 }
        return added
      }
      return try await group.reduce(0, +)
    }
    #expect(added == 400)
    #expect(try rows().count == 400)
  }

  @Test func `Those who have a row are listed page by page, up to an instant`() async throws {
    let all = ["b", "A", "a", "é", "ü"].map { user($0, $0 + "-" + $0.lowercased() + "\($0.utf8.count)\($0)") }
    for user in all { _ = try await users.add(user, until: deadline) }
    let now = try await users.now(until: deadline)
    try postgres.psql("UPDATE users SET created_at = '2020-01-01Z' WHERE cognito_user_id = 'a'", url: url)
    var ids: [String] = []
    while true {
      let page = try await users.list(after: ids.last ?? "", before: now, limit: 2, until: deadline)
      #expect(page.count <= 2)
      ids += page.map(\.cognitoUserID)
      if page.isEmpty { break }
    }
    #expect(ids.count == 5 && Set(ids).count == 5)
    let old = try await users.list(
      after: "", before: Timestamp(microsecondsSinceEpoch: 1_577_836_800_000_001), limit: 9, until: deadline)
    #expect(old.map(\.cognitoUserID) == ["a"] && old.first?.created.description == "2020-01-01T00:00:00.000000Z")
  }
}
