import TestSupport
import Testing

@testable import Postgres

@Suite(.ownThread) struct CopyTests {
  private struct Failure: Error {}

  private let server: ThrowawayPostgres
  private let url: String
  private let pool: Pool

  init() async throws {
    server = try await ThrowawayPostgres.shared
    url = try server.makeDatabase()
    try server.psql("CREATE TABLE t (i bigint, name text, at timestamptz)", url: url)
    pool = try Pool(url: url)
  }

  private var count: String {
    get throws { try server.psql("SELECT count(*) FROM t", url: url) }
  }

  @Test func `Rows are written as values`() async throws {
    let at = Timestamp(microsecondsSinceEpoch: 1_678_806_566_535_897)
    let copied = try await pool.copyIn("COPY t FROM STDIN (FORMAT binary)", until: ampleTime) { writer in
      for number in 1...20_000 { try writer.writeRow(number, number == 2 ? nil : "O'Brien\t\\N \(number)", at) }
    }
    #expect(copied == 20_000)
    let sums = try server.psql("SELECT count(*), sum(i), count(name), max(at) = '\(at)' FROM t", url: url)
    #expect(sums == "20000|200010000|19999|t")
    #expect(try server.psql("SELECT name FROM t WHERE i = 1", url: url) == "O'Brien\t\\N 1")
  }

  @Test func `Data are written as they are, cut anywhere`() async throws {
    let copied = try await pool.copyIn("COPY t (i, name) FROM STDIN", until: ampleTime) { writer in
      try writer.write("1\ton".utf8)
      try writer.write("e\n2\t\\N\n".utf8)
    }
    #expect(copied == 2)
    #expect(try server.psql("SELECT string_agg(coalesce(name, '-'), ' ' ORDER BY i) FROM t", url: url) == "one -")
    #expect(try await pool.copyIn("COPY t FROM STDIN", until: ampleTime) { _ in } == 0)
    #expect(try await pool.copyIn("COPY t FROM STDIN (FORMAT csv)", until: ampleTime) { try $0.write([]) } == 0)
  }

  @Test func `Nothing is copied where the body throws, and the connection is used again`() async throws {
    await #expect(throws: Failure.self) {
      try await pool.copyIn("COPY t (i) FROM STDIN", until: ampleTime) { writer in
        try writer.write("1\n".utf8)
        throw Failure()
      }
    }
    #expect(try count == "0")
    #expect(pool.statistics.idle == 1)
  }

  @Test func `What the server refuses is its error, and the connection is used again`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await pool.copyIn("COPY t (i) FROM STDIN", until: ampleTime) { writer in
        for _ in 0..<100_000 { try writer.write("one\n".utf8) }
      }
    }
    #expect(error?.sqlState == .invalidTextRepresentation)
    let missing = await #expect(throws: PostgresError.self) {
      try await pool.copyIn("COPY missing FROM STDIN", until: ampleTime) { _ in Issue.record("begun") }
    }
    #expect(missing?.sqlState == .undefinedTable)
    #expect(try count == "0")
    #expect(pool.statistics.idle == 1)
  }

  @Test func `A value that cannot be sent is an error, and so is one in a format that has none`() async throws {
    for (statement, sentence) in [
      ("COPY t (name) FROM STDIN (FORMAT binary)", "Parameter $1"), ("COPY t (name) FROM STDIN", "FORMAT binary"),
    ] {
      let error = await #expect(throws: PostgresError.self) {
        try await pool.copyIn("\(unescapedSQL: statement)", until: ampleTime) { try $0.writeRow("\0") }
      }
      #expect(error?.reason == .invalidParameter)
      #expect(error?.description.contains(sentence) == true, "\(error as Any)")
    }
    #expect(try count == "0")
  }

  @Test func `A COPY has a deadline, and can be cancelled`() async throws {
    try await pool.connect(until: ampleTime)
    let other = try await Connection.connect(url)
    for statement: Statement in ["BEGIN", "LOCK TABLE t"] { try await other.execute(statement) }
    let deadline = ContinuousClock.now + .milliseconds(300)
    let late = await #expect(throws: PostgresError.self) {
      try await pool.copyIn("COPY t (i) FROM STDIN", until: deadline) { try $0.write("1\n".utf8) }
    }
    #expect(late?.reason == .statementTimeout)
    expectTime(of: deadline)
    let begun = Shared(false)
    let task = Task(executorPreference: ThreadExecutor()) {
      try await pool.copyIn("COPY t (i) FROM STDIN", until: ampleTime) { writer in
        begun.withLock { $0 = true }
        while true { try writer.write("1\n".utf8) }
      }
    }
    try await other.execute("ROLLBACK")
    try await waitUntil { begun.withLock { $0 } }
    task.cancel()
    let cancelled = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(cancelled?.reason == .cancelled)
    try await waitUntil { try server.psql("SELECT count(*) FROM t", url: url) == "0" }
  }

  @Test func `A connection to a server that only reads now is not kept`() async throws {
    for step in 1...2 {
      try await pool.execute("SET default_transaction_read_only = on")
      let error = await #expect(throws: PostgresError.self) {
        if step == 1 {
          try await pool.copyIn("COPY t (i) FROM STDIN", until: ampleTime) { try $0.write("1\n".utf8) }
        } else {
          try await pool.stream("INSERT INTO t VALUES (1) RETURNING i", until: ampleTime) { _ in }
        }
      }
      #expect(error?.sqlState == .readOnlySQLTransaction)
      #expect(try await pool.copyIn("COPY t (i) FROM STDIN", until: ampleTime) { try $0.write("1\n".utf8) } == 1)
    }
  }

  @Test func `In a transaction a COPY is part of it`() async throws {
    await #expect(throws: Failure.self) {
      try await pool.transaction { transaction in
        try await transaction.copyIn("COPY t (i) FROM STDIN (FORMAT binary)") { try $0.writeRow(7) }
        #expect(try await transaction.value("SELECT i FROM t", as: Int.self) == 7)
        throw Failure()
      }
    }
    #expect(try count == "0")
  }

  @Test func `What the server copies out is handed over as it comes`() async throws {
    try server.psql("INSERT INTO t SELECT i, 'name ' || i FROM generate_series(1, 50000) AS i", url: url)
    var bytes: [UInt8] = []
    let copied = try await pool.copyOut("COPY (SELECT i, name FROM t ORDER BY i) TO STDOUT", until: ampleTime) {
      bytes += $0
    }
    #expect(copied == 50_000)
    #expect(bytes == Array((1...50_000).map { "\($0)\tname \($0)\n" }.joined().utf8))
    await #expect(throws: Failure.self) {
      try await pool.copyOut("COPY t TO STDOUT", until: ampleTime) { _ in throw Failure() }
    }
    try await pool.execute("SELECT 1")
  }

  @Test func `A statement that is no COPY, or one of the other direction, is an error`() async throws {
    for statement in ["SELECT 1", "COPY t TO STDOUT"] {
      await #expect(throws: (any Error).self) {
        let copied = try await pool.copyIn("\(unescapedSQL: statement)", until: ampleTime) { _ in Issue.record("begun")
        }
        if statement == "SELECT 1" { #expect(copied == 1); throw Failure() }
      }
    }
    let error = await #expect(throws: PostgresError.self) {
      try await pool.execute("COPY t TO STDOUT")
    }
    #expect(error?.reason == .unsupported)
    try await pool.execute("SELECT 1")
  }
}
