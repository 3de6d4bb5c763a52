import TestSupport
import Testing

@testable import Postgres

/// Everything at once, many times over. The seed, which stands in the report of a failure, tells what is done to which
/// query; only the order is that of the threads.
@Suite(.ownThread) struct PoolStressTests {
  @Test(.timeLimit(.minutes(5)), arguments: [UInt64.random(in: 0 ... .max)])
  func `Queries that are cancelled, killed, late or wrong lose no lease and mix up no rows`(seed: UInt64) async throws {
    let (threads, queries, limit) = (64, 10_000, 4)
    let server = try ThrowawayPostgres()
    let url = try server.makeDatabase()
    try server.psql("CREATE TABLE t (query int, part int)", url: url)
    let pool = try Pool(url: url, limit: limit)
    let numbers = Shared(0..<queries)
    let tally = Shared(Tally())

    await withTaskGroup { group in
      for _ in 0..<threads {
        let thread = ThreadExecutor()
        group.addTask(executorPreference: thread) {
          while let number = numbers.withLock({ $0.popFirst() }) {
            let trial = Trial(number, seed: seed)
            let result = await trial.run(on: pool, thread)
            trial.check(result)
            tally.withLock { $0.add(trial, result) }
            let statistics = pool.statistics
            #expect(statistics.open <= limit && statistics.leased + statistics.idle <= limit, "\(statistics)")
          }
        }
      }
    }

    let counts = tally.withLock { $0 }
    #expect(counts.ends.values.reduce(0, +) == queries)
    #expect(counts.ends["connectionLost", default: 0] + counts.ends["serverShutdown", default: 0] <= counts.kills)
    for end in ["success", "server", "cancelled", "poolTimeout", "serverShutdown"] {
      #expect(counts.ends[end] != nil, "nothing ended in \(end): \(counts.ends)")
    }
    try expectWhole(server, url, counts)
    #expect(pool.statistics.leased == 0)
    #expect(pool.statistics.waiting == 0)
    #expect(pool.statistics.open == pool.statistics.idle)
    try await expectLeases(limit, at: pool)
  }

  /// Expects that a transaction has left all of its rows or none, and all if it succeeded.
  private func expectWhole(_ server: ThrowawayPostgres, _ url: String, _ tally: Tally) throws {
    let rows = try server.psql("SELECT query, count(*) FROM t GROUP BY query", url: url).split(separator: "\n")
    #expect(rows.allSatisfy { $0.hasSuffix("|2") })
    let found = Set(rows.compactMap { $0.split(separator: "|").first.flatMap { Int($0) } })
    #expect(!tally.committed.isEmpty)
    #expect(tally.committed.isSubset(of: found))
    #expect(tally.rolledBack.isDisjoint(with: found))
  }

  /// Expects that the pool lends all of its connections at once, each to one task.
  private func expectLeases(_ limit: Int, at pool: Pool) async throws {
    let holders = Shared(0)
    let sessions = try await withThrowingTaskGroup { group in
      for _ in 0..<limit {
        group.addTask(executorPreference: ThreadExecutor()) {
          try await pool.transaction { transaction in
            holders.withLock { $0 += 1 }
            for _ in 0..<2000 where holders.withLock({ $0 }) < limit { try await Task.sleep(for: .milliseconds(10)) }
            #expect(holders.withLock { $0 } == limit)
            return try await transaction.value("SELECT pg_backend_pid()", as: Int.self, until: ampleTime)
          }
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(sessions.count == limit)
    #expect(pool.statistics.idle == limit)
  }
}

/// How the queries ended.
private struct Tally {
  /// How many in success, and how many for which reason else.
  var ends: [String: Int] = [:]
  /// How many sessions may have been killed.
  var kills = 0
  var committed: Set<Int> = []
  var rolledBack: Set<Int> = []

  mutating func add(_ trial: Trial, _ result: Trial.Result) {
    if trial.query == .kill { kills += 1 }
    switch result {
    case .success:
      ends["success", default: 0] += 1
      if trial.query == .transaction { committed.insert(trial.number) }
    case .failure(let error):
      let reason = (error as? PostgresError)?.reason
      ends[reason?.rawValue ?? "\(error)", default: 0] += 1
      if reason == .server || reason == .poolTimeout { rolledBack.insert(trial.number) }
    }
  }
}

/// One query, which answers with its number, and what befalls it.
private struct Trial {
  typealias Result = Swift.Result<Int?, any Error>

  enum Query {
    case rows, object, transaction, kill, mistake
  }

  enum Trouble {
    case none
    case cancellation(after: Duration)
    case deadline(in: Duration)
  }

  let number: Int
  let query: Query
  let trouble: Trouble
  /// Whether a transaction is to fail after it has written.
  let failsLate: Bool

  init(_ number: Int, seed: UInt64) {
    var random = SplitMix64(state: seed ^ UInt64(number) &* 0x2545_F491_4F6C_DD1D)
    self.number = number
    query =
      switch Int.random(in: 0..<100, using: &random) {
      case 0: .kill
      case 1..<5: .mistake
      case 5..<15: .transaction
      case 15..<30: .object
      default: .rows
      }
    let moment = Duration.microseconds(Int.random(in: 0..<10_000, using: &random))
    trouble =
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<4: .cancellation(after: moment)
      case 4..<7: .deadline(in: moment)
      default: .none
      }
    failsLate = Int.random(in: 0..<5, using: &random) == 0
  }

  /// Runs the query on a thread, in a task of its own, for only that can be cancelled.
  func run(on pool: Pool, _ thread: ThreadExecutor) async -> Result {
    var deadline = ContinuousClock.now + .seconds(240)
    if case .deadline(let moment) = trouble { deadline = .now + moment }
    let task = Task(executorPreference: thread) { [deadline] in try await send(to: pool, until: deadline) }
    guard case .cancellation(let moment) = trouble else { return await task.result }
    let canceller = Task {
      try await Task.sleep(for: moment)
      task.cancel()
    }
    defer { canceller.cancel() }
    return await task.result
  }

  private func send(to pool: Pool, until deadline: ContinuousClock.Instant) async throws -> Int? {
    switch query {
    case .rows:
      return try await pool.value("SELECT \(number)", until: deadline)
    case .object:
      let object = try await pool.object("SELECT \(number) AS i", until: deadline)
      return object == Array("{\"i\":\(number)}".utf8) ? number : nil
    case .mistake:
      return try await pool.value("SELECT \(number) / 0", until: deadline)
    case .kill:
      let kill: Statement = """
        SELECT \(number), pg_terminate_backend(pid)
        FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database() ORDER BY random() LIMIT 1) AS victim
        """
      return try await pool.value(kill, until: deadline)
    case .transaction:
      return try await pool.transaction(until: deadline) { transaction in
        for part in 1...2 {
          try await transaction.execute("INSERT INTO t VALUES (\(number), \(part))", until: deadline)
        }
        let divisor = failsLate ? 0 : 1
        return try await transaction.value("SELECT \(number) / \(divisor)", until: deadline)
      }
    }
  }

  /// Expects the query's own number, or an error that it may have got.
  func check(_ result: Result) {
    let mayFail = query == .mistake || query == .transaction && failsLate
    switch result {
    case .success(let value):
      #expect(value == number && !mayFail, "query \(number)")
    case .failure(let error):
      switch ((error as? PostgresError)?.reason, trouble) {
      case (.connectionLost, _), (.serverShutdown, _), (.cancelled, .cancellation), (.poolTimeout, .deadline),
        (.connectTimeout, .deadline), (.statementTimeout, .deadline):
        break
      case (.server, _):
        #expect(mayFail && (error as? PostgresError)?.sqlState == SQLState(rawValue: "22012"), "query \(number)")
      default:
        Issue.record(error, "query \(number)")
      }
    }
  }
}

/// Random numbers that a seed determines: <https://prng.di.unimi.it/splitmix64.c>.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
