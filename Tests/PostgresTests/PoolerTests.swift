import TestSupport
import Testing

@testable import Postgres

/// Behind a pooler that hands sessions round, transaction by transaction.
@Suite(.ownThread) struct PoolerTests {
  private let server: ThrowawayPostgres
  private let pooler: TransactionPooler
  private let url: String
  private let pooledURL: String

  init() async throws {
    server = try await ThrowawayPostgres.shared
    pooler = try TransactionPooler(for: server)
    url = try server.makeDatabase()
    pooledURL = url.replacing(":\(server.port)/", with: ":\(pooler.port)/")
    try server.psql("CREATE TABLE t (i int PRIMARY KEY)", url: url)
  }

  @Test func `Connections that share sessions do not meet each other's prepared statements`() async throws {
    for number in 0..<8 {
      let connection = try await Connection.connect(pooledURL)
      for step in 0..<3 {
        try await connection.execute("INSERT INTO t VALUES (\(number * 10 + step))")
      }
    }
    #expect(try server.psql("SELECT count(*) FROM t", url: url) == "24")
  }

  @Test func `Statements and transactions of many at once are all done`() async throws {
    let pool = Pool(try ConnectionConfiguration(pooledURL), limit: 8, retryTime: .seconds(20))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask(executorPreference: ThreadExecutor()) {
          for step in 0..<10 {
            let number = worker * 100 + step * 2
            try await pool.execute("INSERT INTO t VALUES (\(number))")
            try await pool.transaction(until: ampleTime, isIdempotent: true) { transaction in
              try await transaction.execute("INSERT INTO t VALUES (\(number + 1)) ON CONFLICT DO NOTHING")
              let count = try await transaction.value(
                "SELECT count(*) FROM t WHERE i = \(number + 1)", as: Int.self, until: ampleTime)
              #expect(count == 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try server.psql("SELECT count(*) FROM t", url: url) == "160")
  }

  @Test func `A transaction that the pooler's session knows no statement of fails once`() async throws {
    let pool = try Pool(url: pooledURL)
    let statement: Statement = "SELECT count(*) FROM t"
    try await pool.execute(statement)
    // The pooler makes another session, and the client does not hear of it.
    try server.terminateSessions(of: url)
    let first = await #expect(throws: PostgresError.self) {
      try await pool.transaction { try await $0.execute(statement) }
    }
    #expect(first?.isTransient == true)
    for _ in 1...2 { try await pool.transaction { try await $0.execute(statement) } }
  }
}
