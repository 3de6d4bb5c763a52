import TestSupport
import Testing

@testable import Postgres

/// Rows that are handed over as they come.
@Suite(.ownThread) struct StreamTests {
  private struct Failure: Error {}

  @Test func `Rows are handed over before the last has come, in their order`() async throws {
    let connection = try await Connection.connect(sharedURL)
    var numbers: [Int] = []
    let start = ContinuousClock.now
    var first: ContinuousClock.Instant?
    try await connection.stream(
      "SELECT i, CASE WHEN i = 3000 THEN pg_sleep(0.4) END FROM generate_series(1, 3000) AS i", until: ampleTime
    ) { row in
      if first == nil { first = .now }
      numbers.append(try row["i"])
    }
    #expect(numbers == Array(1...3000))
    let firstTime = start.duration(to: try #require(first))
    #expect(firstTime < .milliseconds(400))
    #expect(start.duration(to: .now) >= .milliseconds(400))
    #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `However many rows there are, few are in memory at once`() async throws {
    let pool = try await Pool(url: sharedURL)
    var (sum, largest) = (0, 0)
    try await pool.stream("SELECT i FROM generate_series(1, 10000) AS i", until: ampleTime) { row in
      sum += try row["i", as: Int.self]
      largest = max(largest, row.result.rowCount)
    }
    #expect(sum == 50_005_000)
    // libpq hands over one at a time, and since 17 chunks.
    #expect(largest > 0 && largest <= 256, "\(largest)")
  }

  @Test func `No rows, and a statement that has none, are no error`() async throws {
    let pool = try await Pool(url: sharedURL)
    for statement: Statement in ["SELECT 1 WHERE false", "SET search_path = public"] {
      try await pool.stream(statement, until: ampleTime) { _ in Issue.record("a row") }
    }
  }

  @Test func `An error after some of the rows is thrown, and the connection is used again`() async throws {
    let pool = try await Pool(url: sharedURL)
    var count = 0
    let error = await #expect(throws: PostgresError.self) {
      try await pool.stream("SELECT 1 / (1000 - i) FROM generate_series(1, 2000) AS i", until: ampleTime) { _ in
        count += 1
      }
    }
    #expect(error?.sqlState?.rawValue == "22012")
    #expect(count == 999 || count == 768, "\(count): all that came before, whole chunks at least")
    try await pool.execute("SELECT 1")
    #expect(pool.statistics.opened == 1)
  }

  @Test func `A body that throws ends the statement, and its connection`() async throws {
    let pool = try await Pool(url: sharedURL)
    await #expect(throws: Failure.self) {
      try await pool.stream("SELECT * FROM generate_series(1, 10000000)", until: ampleTime) { _ in throw Failure() }
    }
    #expect(try value(await pool.execute("SELECT 1 AS value"), as: Int.self) == 1)
    #expect(pool.statistics.opened == 2)
  }

  @Test func `A deadline ends it, and so does cancelling`() async throws {
    let pool = try await Pool(url: sharedURL)
    try await pool.connect(until: ampleTime)
    let deadline = ContinuousClock.now + .milliseconds(300)
    let late = await #expect(throws: PostgresError.self) {
      try await pool.stream("SELECT i, pg_sleep(0.01) FROM generate_series(1, 100000) AS i", until: deadline) { _ in }
    }
    #expect(late?.reason == .statementTimeout)
    expectTime(of: deadline)
    let rows = Shared(0)
    let task = Task(executorPreference: ThreadExecutor()) {
      try await pool.stream("SELECT i, pg_sleep(0.01) FROM generate_series(1, 100000) AS i", until: ampleTime) { _ in
        rows.withLock { $0 += 1 }
      }
    }
    try await waitUntil { rows.withLock { $0 } > 0 }
    task.cancel()
    let cancelled = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(cancelled?.reason == .cancelled)
  }

  @Test func `Meanwhile the connection does nothing else, and says so`() async throws {
    let pool = try await Pool(url: sharedURL)
    var sum = 0
    try await pool.transaction { transaction in
      try await transaction.stream("SELECT i FROM generate_series(1, 1000) AS i") { row in
        sum += try row["i", as: Int.self]
        guard sum == 1 else { return }
        let error = await #expect(throws: PostgresError.self) { try await transaction.execute("SELECT 1") }
        #expect(error?.reason == .connectionBusy)
      }
      try await transaction.execute("SELECT 1")
    }
    #expect(sum == 500_500)
    #expect(pool.statistics.opened == 1)
  }

  @Test func `A body that passes on that the connection is busy ends the statement as any other does`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let error = await #expect(throws: PostgresError.self) {
      try await connection.stream("SELECT * FROM generate_series(1, 10000000)", until: ampleTime) { _ in
        try await connection.stream("SELECT 1", until: ampleTime) { _ in }
      }
    }
    #expect(error?.reason == .connectionBusy)
    let closed = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT 1") }
    #expect(closed?.reason == .connectionLost)
  }

  @Test func `A parameter that cannot be sent is an error before anything is`() async throws {
    let pool = try await Pool(url: sharedURL)
    for table in ["pg_class", "pg_class\0 WHERE false"] {
      let error = await #expect(throws: PostgresError.self) {
        try await pool.stream("SELECT \("\0") FROM \(unescapedSQL: table)", until: ampleTime) { _ in }
      }
      #expect(error?.reason == .invalidParameter)
      guard table.utf8.contains(0) else { continue }
      let copy = await #expect(throws: PostgresError.self) {
        try await pool.copyOut("COPY \(unescapedSQL: table) TO STDOUT", until: ampleTime) { _ in }
      }
      #expect(copy?.reason == .invalidParameter)
    }
  }

  @Test func `A statement that was prepared before is not met by name`() async throws {
    let connection = try await Connection.connect(sharedURL)
    let statement: Statement = "SELECT 1 AS value"
    try await connection.execute(statement)
    var values: [Int] = []
    try await connection.stream(statement, until: ampleTime) { values.append(try $0["value"]) }
    try await connection.execute(Statement("DEALLOCATE ALL").unprepared())
    try await connection.stream(statement, until: ampleTime) { values.append(try $0["value"]) }
    #expect(values == [1, 1])
  }
}
