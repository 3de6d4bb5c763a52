import TestSupport
import Testing

@testable import Postgres

@Suite(.ownThread) struct PoolTests {
  private func processID(_ pool: Pool) async throws -> Int {
    try value(await pool.execute("SELECT pg_backend_pid() AS value"))
  }

  @Test func `One worker has one connection`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    let pool = try Pool(url: url, limit: 5)
    let first = try await processID(pool)
    for _ in 0..<5 {
      #expect(try await processID(pool) == first)
      try await pool.transaction { transaction in
        let rows = try await transaction.execute("SELECT pg_backend_pid() AS value")
        #expect(try value(rows, as: Int.self) == first)
      }
    }
    #expect(
      try server.psql("SELECT count(*) FROM pg_stat_activity WHERE datname = '\(url.split(separator: "/").last ?? "")'")
        == "1")
  }

  @Test func `The connection that was used last is used next`() async throws {
    let pool = try await Pool(url: sharedURL, limit: 2)
    let outer = try await pool.transaction { transaction in
      try await pool.execute("SELECT 1")
      return try value(await transaction.execute("SELECT pg_backend_pid() AS value"), as: Int.self)
    }
    #expect(pool.statistics.idle == 2)
    #expect(try await processID(pool) == outer)
  }

  @Test func `A task that was cancelled before does not wait in the queue`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.transaction { _ in
      let waiter = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await pool.execute("SELECT 1", until: .now + .seconds(10))
      }
      let error = await #expect(throws: PostgresError.self) { try await waiter.value }
      #expect(error?.reason == .cancelled)
    }
  }

  @Test func `Warming up opens the connection that the first statement uses`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    let pool = try Pool(url: url)
    try await pool.connect(until: ampleTime)
    let pid = try server.psql(
      "SELECT pid FROM pg_stat_activity WHERE datname = '\(url.split(separator: "/").last ?? "")'")
    try await pool.connect(until: ampleTime)
    #expect(try await processID(pool) == Int(pid))
  }

  @Test func `Warming up that fails is an error and nothing else`() async throws {
    let server = try await ThrowawayPostgres.shared
    let database = "late_\(UInt32.random(in: 0 ... .max))"
    let pool = try Pool(url: server.url(database: database))
    let error = await #expect(throws: PostgresError.self) { try await pool.connect(until: ampleTime) }
    #expect(error?.reason == .databaseNotFound)
    try server.psql("CREATE DATABASE \(database)")
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A free connection is used on the spot, on the caller's thread`() async throws {
    let pool = try await Pool(url: sharedURL)
    let executor = ThreadExecutor()
    try await Task(executorPreference: executor) {
      for _ in 0..<10 {
        try await pool.execute("SELECT 1")
        try await pool.transaction { try await $0.execute("SELECT 1") }
      }
    }.value
    #expect(executor.jobCount == 1)
  }

  @Test(arguments: [-1, 0, 1, 3])
  func `There are never more connections than the limit, which is at least one`(limit: Int) async throws {
    let pool = try await Pool(url: sharedURL, limit: limit)
    let use = Shared((now: 0, most: 0))
    try await withThrowingTaskGroup { group in
      for _ in 0..<20 {
        group.addTask {
          try await pool.transaction { transaction in
            use.withLock {
              $0.now += 1
              $0.most = max($0.most, $0.now)
            }
            try await transaction.execute("SELECT 1")
            try await Task.sleep(for: .milliseconds(5))
            use.withLock { $0.now -= 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(use.withLock { $0.most } == max(1, limit))
  }

  @Test func `Each of many tasks gets its own answer`() async throws {
    let pool = try await Pool(url: sharedURL, limit: 4)
    try await withThrowingTaskGroup { group in
      for thread in 0..<10 {
        // A thread each: on one they would come one after the other, because a statement blocks its own.
        group.addTask(executorPreference: ThreadExecutor()) {
          for number in thread * 50..<(thread + 1) * 50 {
            let rows = try await pool.execute("SELECT \(number) AS value")
            #expect(try value(rows, as: Int.self) == number)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(pool.statistics.opened > 1)
  }

  @Test func `Whoever comes first is served first`() async throws {
    let pool = try await Pool(url: sharedURL)
    let served = Shared<[Int]>([])
    try await withThrowingTaskGroup { group in
      try await pool.transaction { _ in
        for number in 0..<10 {
          group.addTask {
            try await pool.transaction { _ in served.withLock { $0.append(number) } }
          }
          try await waitUntil { pool.statistics.waiting > number }
        }
      }
      try await group.waitForAll()
    }
    #expect(served.withLock { $0 } == Array(0..<10))
  }

  @Test func `Waiting for a lease ends at the deadline, and the queue moves on`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.transaction { _ in
      let deadline = ContinuousClock.now + .milliseconds(200)
      let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1", until: deadline) }
      expectTime(of: deadline)
      #expect(error?.reason == .poolTimeout)
      #expect(pool.statistics.waiting == 0)
      let past = await #expect(throws: PostgresError.self) {
        try await pool.execute("SELECT 1", until: .now - .seconds(1))
      }
      #expect(past?.reason == .poolTimeout)
    }
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A lease comes back whatever happens`() async throws {
    struct Failure: Error {}
    let pool = try await Pool(url: sharedURL)
    for _ in 0..<3 {
      await #expect(throws: Failure.self) { try await pool.transaction { _ in throw Failure() } }
      await #expect(throws: PostgresError.self) { try await pool.execute("SELEKT 1") }
      await #expect(throws: PostgresError.self) { try await pool.execute("SELECT \("\0")") }
      await #expect(throws: PostgresError.self) {
        try await pool.execute("SELECT pg_sleep(9)", until: .now + .milliseconds(50))
      }
    }
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A permit comes back when connecting fails`() async throws {
    let pool = try Pool(url: "postgresql://127.0.0.1:\(SilentListener().port)/db")
    for _ in 0..<3 {
      let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
      #expect(error?.reason == .connectionRefused)
    }
  }

  @Test func `A connection in a transaction is not used again`() async throws {
    let pool = try await Pool(url: sharedURL)
    let first = try await processID(pool)
    try await pool.execute("BEGIN")
    #expect(try await processID(pool) != first)
  }
}
