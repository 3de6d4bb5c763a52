import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// Eight workers over one pool.
  @Suite struct ManagedInstancesTests {
    private let workers = 8

    private func withFunction(
      _ variables: [String: String], _ body: (ExecutionEnvironment) async throws -> Void
    ) async throws {
      var options = RuntimeAPI.Options()
      options.maximumConcurrency = workers
      try await withEnvironment(variables, options) { environment, _ in
        #expect(await environment.initialize() == nil)
        try await body(environment)
      }
    }

    private func invoke(_ environment: ExecutionEnvironment, _ event: [UInt8]) async -> InvocationResult {
      await environment.invoke(InvocationRequest(payload: event, timeout: .seconds(10)))
    }

    /// Fewer connections than workers: the others wait in the pool's queue. Sessions that the server ends are retried.
    @Test(arguments: [nil, 3])
    func `Eight sign-ups at once for one handle are eight rows, although their sessions end meanwhile`(limit: Int?)
      async throws
    {
      let database = try await Database()
      var variables = ["CONNECTION_URL": database.url]
      variables["DATABASE_MAX_CONNECTIONS"] = limit.map { "\($0)" }
      try await withFunction(variables) { environment in
        let other = try PsqlSession(database.url)
        try other.send("BEGIN; LOCK TABLE users;")
        try await waitUntil { try database.sessions("state = 'idle in transaction'") == 1 }
        let results = Task {
          await withTaskGroup { group in
            for number in 1...workers {
              let event = signUp("\(number)\(number)\(number)-sub", ["preferred_username": "ana"])
              group.addTask { await invoke(environment, event) == .response(event) }
            }
            return await group.reduce(into: []) { $0.append($1) }
          }
        }
        let waits = "wait_event_type = 'Lock'"
        try await waitUntil { try database.sessions(waits) == limit ?? workers }
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND"
        _ = try database.postgres.psql("\(end) \(waits)", url: database.url)
        try other.send("COMMIT;")
        #expect(await results.value == Array(repeating: true, count: workers))
        #expect(try database.sessions("application_name <> 'psql'") ?? 0 <= limit ?? workers)
      }
      let counts = "SELECT count(*), count(DISTINCT handle), count(*) FILTER (WHERE handle = 'ana') FROM users"
      #expect(try database.postgres.psql(counts, url: database.url) == "8|8|1")
    }

    @Test func `The same sign-ups from eight workers, again and again, are one row each`() async throws {
      let database = try await Database()
      try await withFunction(["CONNECTION_URL": database.url, "DATABASE_MAX_CONNECTIONS": "2"]) { environment in
        await withTaskGroup { group in
          for _ in 1...workers {
            group.addTask {
              for number in 1...20 {
                let event = signUp("sub-\(number)")
                #expect(await invoke(environment, event) == .response(event))
              }
            }
          }
        }
      }
      #expect(try database.postgres.psql("SELECT count(*) FROM users", url: database.url) == "20")
    }
  }
}
