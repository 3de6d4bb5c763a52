import Synchronization
import TestSupport
import Testing

@testable import Cruddur
@testable import Postgres

/// What adding a user asks of the database: each statement is a round trip.
@Suite(.ownThread) struct UsersTests {
  private final class Statements: PostgresObserver {
    private let count = Mutex(0)

    func statementEnded(_ report: StatementReport) { count.withLock { $0 += 1 } }

    func take() -> Int {
      count.withLock { count in
        defer { count = 0 }
        return count
      }
    }
  }

  private let statements = Statements()
  private let postgres: ThrowawayPostgres
  private let url: String
  private let users: Users

  init() async throws {
    postgres = try await ThrowawayPostgres.shared
    url = try postgres.makeDatabase(schema: true)
    users = Users(Pool(try ConnectionConfiguration(url), limit: 1, observers: [statements]))
  }

  private var ampleTime: ContinuousClock.Instant { .now + .seconds(20) }

  private func user(_ sub: String, handle: String) -> User {
    User(displayName: sub, email: nil, handle: handle, cognitoUserID: sub)
  }

  @Test func `Whether somebody is missing and adding them are one statement`() async throws {
    #expect(try await users.addIfMissing(user("s-1", handle: "ana"), until: ampleTime) == .added(handle: "ana"))
    #expect(statements.take() == 1)
    for handle in ["ana", "bo"] {
      #expect(try await users.addIfMissing(user("s-1", handle: handle), until: ampleTime) == .alreadyThere)
      #expect(statements.take() == 1)
    }
    #expect(try postgres.psql("SELECT handle, display_name FROM users", url: url) == "ana|s-1")
  }

  @Test func `A handle that is taken, or looks like one, costs a statement more, and nobody their row`() async throws {
    _ = try await users.addIfMissing(user("s-1", handle: "ana"), until: ampleTime)
    _ = statements.take()
    let taken = user("s-2", handle: "ANA")
    #expect(try await users.addIfMissing(taken, until: ampleTime) == .added(handle: "ANA-s-2"))
    #expect(statements.take() == 2)
    #expect(try await users.addIfMissing(taken, until: ampleTime) == .alreadyThere)
    #expect(statements.take() == 1)
  }

  @Test func `A sign-up of somebody new is one statement, any other two`() async throws {
    #expect(try await users.add(user("s-1", handle: "ana"), until: ampleTime) == .added(handle: "ana"))
    #expect(statements.take() == 1)
    #expect(try await users.add(user("s-1", handle: "ana"), until: ampleTime) == .alreadyThere)
    #expect(statements.take() == 2)
    #expect(try await users.add(user("s-2", handle: "ana"), until: ampleTime) == .added(handle: "ana-s-2"))
    #expect(statements.take() == 2)
  }

  @Test func `Whoever is there costs no write`() async throws {
    // Of a server of its own, on which nobody else begins transactions.
    let server = try ThrowawayPostgres()
    let url = try server.makeDatabase(schema: true)
    let users = Users(Pool(try ConnectionConfiguration(url), limit: 1))
    func nextTransaction() throws -> String {
      try server.psql("SELECT pg_snapshot_xmax(pg_current_snapshot())", url: url)
    }
    let first = try nextTransaction()
    _ = try await users.addIfMissing(user("s-1", handle: "ana"), until: ampleTime)
    let before = try nextTransaction()
    #expect(before != first)
    for _ in 0..<20 { _ = try await users.addIfMissing(user("s-1", handle: "ana"), until: ampleTime) }
    #expect(try nextTransaction() == before)
  }

  @Test func `Several that add the same user at once add one`() async throws {
    let pool = Pool(try ConnectionConfiguration(url), limit: 4)
    let additions = try await withThrowingTaskGroup(of: Users.Addition.self) { group in
      for number in 0..<8 {
        group.addTask {
          let (users, user) = (Users(pool), user("s-1", handle: "ana"))
          return number % 2 == 0
            ? try await users.addIfMissing(user, until: ampleTime) : try await users.add(user, until: ampleTime)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(additions.count { $0 != .alreadyThere } == 1)
    #expect(try postgres.psql("SELECT count(*) FROM users", url: url) == "1")
  }
}
