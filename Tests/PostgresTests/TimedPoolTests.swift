import TestSupport
import Testing

@testable import Postgres

/// Deadlines that are written once, and threads that may be blocked.
@Suite(.ownThread) struct TimedPoolTests {
  @Test func `A deadline that is written once holds for each call`() async throws {
    let pool = try await Pool(url: sharedURL)
    let database = pool.until(ampleTime)
    #expect(try await database.value("SELECT 1", as: Int.self) == 1)
    #expect(try await database.object("SELECT 1 AS a") == Array(#"{"a":1}"#.utf8))
    #expect(try await database.array("SELECT 1 AS a") == Array(#"[{"a":1}]"#.utf8))
    #expect(try await database.execute(["SELECT 1", "SELECT 2"]).count == 2)
    var numbers: [Int] = []
    try await database.stream("SELECT generate_series(1, 3) AS i") { numbers.append(try $0["i"]) }
    #expect(numbers == [1, 2, 3])
    #expect(try await database.copyOut("COPY (SELECT 1) TO STDOUT") { _ in } == 1)
    #expect(try await database.transaction { try await $0.value("SELECT 2", as: Int.self) } == 2)

    let deadline = ContinuousClock.now + .milliseconds(300)
    let late = pool.until(deadline)
    let calls: [() async throws -> Void] = [
      { try await late.execute("SELECT pg_sleep(20)") }, { _ = try await late.value("SELECT 1", as: Int.self) },
      { try await late.execute(["SELECT 1"]) }, { _ = try await late.transaction { try await $0.execute("SELECT 1") } },
      { try await late.stream("SELECT 1") { _ in } },
    ]
    for call in calls {
      let error = await #expect(throws: PostgresError.self) { try await call() }
      #expect(error?.isTimeout == true || error?.reason == .connectTimeout, "\(error as Any)")
    }
    expectTime(of: deadline)
    // One call may have another.
    #expect(try await late.value("SELECT 1", as: Int.self, until: ampleTime) == 1)
  }

  @Test func `In a transaction its deadline holds`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.connect(until: ampleTime)
    let deadline = ContinuousClock.now + .milliseconds(300)
    let error = await #expect(throws: PostgresError.self) {
      try await pool.transaction(until: deadline) { transaction in
        #expect(transaction.deadline == deadline)
        try await transaction.execute("SELECT 1", until: ampleTime)
        try await transaction.execute("SELECT pg_sleep(20)")
      }
    }
    #expect(error?.reason == .statementTimeout)
    expectTime(of: deadline)
  }

  @Test func `With threads of its own a pool serves more tasks than Swift has threads`() async throws {
    let pool = Pool(try await ConnectionConfiguration(sharedURL), limit: 4, threads: .own)
    let numbers = try await withThrowingTaskGroup(of: Int?.self) { group in
      for number in 0..<12 {
        group.addTask { try await pool.value("SELECT \(number) FROM pg_sleep(0.2)", as: Int.self, until: ampleTime) }
      }
      // Meanwhile Swift's own threads are free for others.
      for _ in 0..<10 { await Task.detached { await Task.yield() }.value }
      #expect(pool.statistics.opened < 12)
      return try await group.reduce(into: Set()) { $0.insert($1 ?? -1) }
    }
    #expect(numbers == Set(0..<12))
    #expect(pool.statistics.opened == 4)
  }

  @Test func `Whoever waits for a connection hears of the deadline while all threads are blocked`() async throws {
    let pool = Pool(try await ConnectionConfiguration(sharedURL), limit: 2, threads: .own)
    let blocking = (0..<2).map { _ in Task { try await pool.execute("SELECT pg_sleep(60)", until: .now + .seconds(60)) }
    }
    defer { for task in blocking { task.cancel() } }
    try await waitUntil { pool.statistics.opened == 2 }
    let deadline = ContinuousClock.now + .milliseconds(300)
    for call in [
      { _ = try await pool.execute("SELECT 1", until: deadline) },
      { try await pool.transaction(until: deadline) { _ in } },
    ] {
      let error = await #expect(throws: PostgresError.self) { try await call() }
      #expect(error?.reason == .poolTimeout)
    }
    expectTime(of: deadline)
    let cancelled = Task { try await pool.execute("SELECT 1", until: ampleTime) }
    try await waitUntil { pool.statistics.waiting == 1 }
    let start = ContinuousClock.now
    cancelled.cancel()
    await #expect(throws: PostgresError.self) { try await cancelled.value }
    #expect(start.duration(to: .now) < tolerance)
  }

  @Test @MainActor func `With threads of its own a pool does not block the main actor`() async throws {
    let pool = Pool(try await ConnectionConfiguration(sharedURL), limit: 1, threads: .own)
    try await pool.connect(until: ampleTime)
    var ticks = 0
    let clock = Task { @MainActor in
      while !Task.isCancelled {
        ticks += 1
        try? await Task.sleep(for: .milliseconds(10))
      }
    }
    try await pool.execute("SELECT pg_sleep(0.5)")
    #expect(ticks > 5)
    let before = ticks
    try await pool.transaction { transaction in
      try await transaction.execute("SELECT pg_sleep(0.5)")
    }
    #expect(ticks > before + 5)
    clock.cancel()
  }
}
