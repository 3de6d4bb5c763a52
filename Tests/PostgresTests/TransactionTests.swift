import Postgres
import TestSupport
import Testing

@Suite(.ownThread) struct TransactionTests {
  private struct Failure: Error {}

  private let processID: Statement = "SELECT pg_backend_pid() AS value"

  /// A database with a table t, and a pool of one connection.
  private func makePool() async throws -> (Pool, url: String) {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    try server.psql("CREATE TABLE t (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)", url: url)
    return (try Pool(url: url), url)
  }

  /// What somebody else sees in the table.
  private func rows(_ url: String) async throws -> String {
    try await ThrowawayPostgres.shared.psql("SELECT string_agg(i::text, ' ' ORDER BY i) FROM t", url: url)
  }

  @Test func `All of a transaction is seen by others when its body is done, and nothing before`() async throws {
    let (pool, url) = try await makePool()
    let sum = try await pool.transaction { transaction in
      try await transaction.execute("INSERT INTO t VALUES (1)")
      try await transaction.execute("INSERT INTO t VALUES (2)")
      #expect(try await rows(url) == "")
      return try await transaction.value("SELECT sum(i) FROM t", as: Int.self, until: ampleTime)
    }
    #expect(sum == 3)
    #expect(try await rows(url) == "1 2")
  }

  @Test func `Nothing of a transaction stays if its body throws, and the connection is used again`() async throws {
    let (pool, url) = try await makePool()
    let pid = try value(await pool.execute(processID), as: Int.self)
    await #expect(throws: Failure.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        throw Failure()
      }
    }
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        try await transaction.execute("INSERT INTO t VALUES ('one')")
      }
    }
    #expect(error?.sqlState == .invalidTextRepresentation)
    #expect(try await rows(url) == "")
    #expect(try value(await pool.execute(processID), as: Int.self) == pid)
  }

  @Test func `A failure that the body hides is not taken for success`() async throws {
    let (pool, url) = try await makePool()
    let pid = try value(await pool.execute(processID), as: Int.self)
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        _ = try? await transaction.execute("SELEKT 1")
      }
    }
    #expect(error?.reason == .transactionAborted)
    #expect(try await rows(url) == "")
    #expect(try value(await pool.execute(processID), as: Int.self) == pid)
  }

  @Test(arguments: ["COMMIT", "ROLLBACK"])
  func `A body that ends the transaction itself is an error`(end: String) async throws {
    let (pool, url) = try await makePool()
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        try await transaction.execute("\(unescapedSQL: end)")
      }
    }
    #expect(error?.reason == .transactionAborted)
    #expect(try await rows(url) == (end == "COMMIT" ? "1" : ""))
  }

  @Test func `After a failure a body can go on from a savepoint`() async throws {
    let (pool, url) = try await makePool()
    try await pool.transaction { transaction in
      try await transaction.execute("INSERT INTO t VALUES (1)")
      try await transaction.execute("SAVEPOINT s")
      _ = try? await transaction.execute("SELEKT 1")
      try await transaction.execute("ROLLBACK TO s")
    }
    #expect(try await rows(url) == "1")
  }

  @Test func `What the server refuses to commit is an error, and the connection is used again`() async throws {
    let (pool, url) = try await makePool()
    let pid = try value(await pool.execute(processID), as: Int.self)
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        try await transaction.execute("INSERT INTO t VALUES (1)")
      }
    }
    #expect(error?.sqlState == .uniqueViolation)
    #expect(try await rows(url) == "")
    #expect(try value(await pool.execute(processID), as: Int.self) == pid)
  }

  @Test func `The isolation level can be set first`() async throws {
    let (pool, _) = try await makePool()
    let level = try await pool.transaction { transaction in
      try await transaction.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
      return try await transaction.value("SHOW transaction_isolation", as: String.self, until: ampleTime)
    }
    #expect(level == "serializable")
    #expect(try await pool.value("SHOW transaction_isolation", as: String.self, until: ampleTime) == "read committed")
  }

  @Test func `A task that is cancelled commits nothing, even if its body takes no notice`() async throws {
    let (pool, url) = try await makePool()
    for throwing in [false, true] {
      let error = await Task {
        await #expect(throws: PostgresError.self) {
          try await pool.transaction { transaction in
            try await transaction.execute("INSERT INTO t VALUES (1)")
            withUnsafeCurrentTask { $0?.cancel() }
            if throwing { try await transaction.execute("INSERT INTO t VALUES (2)") }
          }
        }
      }.value
      #expect(error?.reason == .cancelled)
    }
    #expect(try await rows(url) == "")
    try await pool.transaction { try await $0.execute("INSERT INTO t VALUES (3)") }
    #expect(try await rows(url) == "3")
  }

  @Test func `A deadline that passes in the body or before its end commits nothing`() async throws {
    let (pool, url) = try await makePool()
    try await pool.connect(until: ampleTime)
    let deadline = ContinuousClock.now + .milliseconds(500)
    let slow = await #expect(throws: PostgresError.self) {
      try await pool.transaction(until: deadline) { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)", until: deadline)
        try await transaction.execute("SELECT pg_sleep(60)", until: deadline)
      }
    }
    expectTime(of: deadline)
    #expect(slow?.reason == .statementTimeout)
    try await pool.connect(until: ampleTime)
    let late = await #expect(throws: PostgresError.self) {
      let deadline = ContinuousClock.now + .seconds(1)
      return try await pool.transaction(until: deadline) { transaction in
        try await transaction.execute("INSERT INTO t VALUES (2)", until: deadline)
        try await Task.sleep(until: deadline)
      }
    }
    #expect(late?.reason == .statementTimeout)
    #expect(try await rows(url) == "")
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A session that ends within the body commits nothing`() async throws {
    let (pool, url) = try await makePool()
    for hides in [false, true] {
      let error = await #expect(throws: PostgresError.self) {
        try await pool.transaction { transaction in
          try await transaction.execute("INSERT INTO t VALUES (1)")
          try await ThrowawayPostgres.shared.terminateSessions(of: url)
          do { try await transaction.execute("INSERT INTO t VALUES (2)") } catch { if !hides { throw error } }
        }
      }
      #expect(error?.reason == (hides ? .transactionAborted : .serverShutdown))
    }
    #expect(try await rows(url) == "")
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `Many transactions at once lose no update`() async throws {
    let (_, url) = try await makePool()
    let pool = try Pool(url: url, limit: 4)
    try await pool.execute("INSERT INTO t VALUES (0)")
    try await withThrowingTaskGroup { group in
      for _ in 0..<10 {
        // A thread each: on one they would come one after the other, because a statement blocks its own.
        group.addTask(executorPreference: ThreadExecutor()) {
          for _ in 0..<5 {
            try await pool.transaction { transaction in
              let i = try value(await transaction.execute("SELECT i AS value FROM t FOR UPDATE"), as: Int.self)
              try await transaction.execute("UPDATE t SET i = \(i + 1)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await rows(url) == "50")
  }
}
