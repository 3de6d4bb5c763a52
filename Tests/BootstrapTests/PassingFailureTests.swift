import Foundation
import JSON
import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// Failures that pass by themselves while there is time: nobody is lost to them.
  @Suite struct PassingFailureTests {
    private let postgres: ThrowawayPostgres
    private let url: String
    private let event = signUp("sub-1", ["name": "Ana"])

    init() async throws {
      postgres = try await ThrowawayPostgres.shared
      url = try postgres.makeDatabase(schema: true)
    }

    private var database: Substring { url.split(separator: "/").last ?? "" }

    /// Makes a table refuse its first row with an error.
    private func refuseOnce(_ table: String, _ state: String, in url: String) throws {
      try postgres.psql(
        """
        CREATE SEQUENCE tries;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('tries') = 1 THEN RAISE EXCEPTION USING ERRCODE = '\(state)'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON \(table) FOR EACH ROW EXECUTE FUNCTION refuse();
        """, url: url)
    }

    @Test(arguments: [
      "40P01", "40001", "55P03", "53000", "53100", "53200", "53300", "58030", "08006", "25006", "57P01",
    ]) func `An error that passes loses no user`(state: String) async throws {
      try refuseOnce("users", state, in: url)
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(event) == .response(event))
      }
      #expect(try postgres.psql("SELECT cognito_user_id, last_value FROM users, tries", url: url) == "sub-1|2")
    }

    @Test(arguments: ["23514", "42501", "42P01", "22001"])
    func `An error that does not pass is answered at once`(state: String) async throws {
      try refuseOnce("users", state, in: url)
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(event).errorType == "Function.DatabaseError")
      }
      #expect(try postgres.psql("SELECT last_value FROM tries", url: url) == "1")
    }

    @Test func `A server that only reads for two seconds loses no user`() async throws {
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(signUp("sub-0")) == .response(signUp("sub-0")))
        try postgres.psql("ALTER DATABASE \(database) SET default_transaction_read_only = on")
        try postgres.terminateSessions(of: url)
        let failover = Task(executorPreference: ThreadExecutor()) {
          try await Task.sleep(for: .seconds(2))
          try postgres.psql("ALTER DATABASE \(database) RESET default_transaction_read_only")
        }
        #expect(await invoke(event) == .response(event))
        try await failover.value
      }
      #expect(try postgres.psql("SELECT count(*) FROM users", url: url) == "2")
    }

    /// Waits until there is a session of the database like this.
    private func wait(for condition: String) async throws {
      let query = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND \(condition)"
      let end = ContinuousClock.now + .seconds(20)
      while try postgres.psql(query) == "0" {
        guard .now < end else { throw TestSupportError("There is never a session with \(condition).") }
        try await Task.sleep(for: .milliseconds(10))
      }
    }

    @Test(arguments: ["repeatable read", "serializable"])
    func `At the strict isolation levels, too, an event that another process is at is a success`(
      level: String
    ) async throws {
      try postgres.psql("ALTER DATABASE \(database) SET default_transaction_isolation = '\(level)'")
      // The other process's row is not there yet when the statement begins, but when it ends.
      let other = try PsqlSession(url)
      let row = "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('Ana', 'ana', 'sub-1')"
      try other.send("BEGIN; \(row);")
      try await wait(for: "state = 'idle in transaction'")
      let answer = Task(executorPreference: ThreadExecutor()) {
        try await withFunction(["CONNECTION_URL": url]) { invoke in
          #expect(await invoke(event) == .response(event))
        }
      }
      try await wait(for: "wait_event_type = 'Lock'")
      try other.send("COMMIT;")
      try await answer.value
      #expect(try postgres.psql("SELECT count(*) FROM users", url: url) == "1")
    }

    @Test func `What surrounds CONNECTION_URL is no part of it`() async throws {
      try await withFunction(["CONNECTION_URL": "\t\(url)\r\n"]) { invoke in
        #expect(await invoke(event) == .response(event))
      }
    }

    @Test func `Behind a transaction pooler everything works, for each new process`() async throws {
      let url = try postgres.makeDatabase()
      let pooler = try TransactionPooler(for: postgres)
      let pooled = ["CONNECTION_URL": url.replacing(":\(postgres.port)/", with: ":\(pooler.port)/")]
      try await withFunction(pooled.merging(["_HANDLER": "cruddur.migrate"]) { $1 }) { invoke in
        for _ in 0..<2 {
          let result = await invoke(Array("{}".utf8))
          guard case .response = result else {
            Issue.record("not migrated: \(result)")
            return
          }
        }
      }
      // One after the other, then several at once.
      for process in 0..<4 { try await signUpAndPost(pooled, process) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for process in 4..<8 {
          group.addTask { try await signUpAndPost(pooled, process) }
        }
        try await group.waitForAll()
      }
      #expect(try postgres.psql("SELECT count(*) FROM users", url: url) == "24")
      #expect(try postgres.psql("SELECT count(*) FROM activities", url: url) == "16")
    }

    /// A process that takes three sign-ups, two activities and reads the feed.
    private func signUpAndPost(_ variables: [String: String], _ process: Int) async throws {
      let variables = variables.merging(["ALLOW_ANONYMOUS_AUTHOR": "1"]) { $1 }
      try await withFunction(variables) { invoke in
        for number in 0..<3 {
          let event = signUp("sub-\(process)-\(number)", ["preferred_username": "ana\(process)\(number)"])
          #expect(await invoke(event) == .response(event))
        }
        for number in 0..<2 {
          let post = httpEvent(
            "POST", "/api/activities",
            body: #"{"message":"Hello","ttl":"1-day","user_handle":"ana\#(process)\#(number)"}"#)
          #expect(await invoke(post).statusCode == 200)
          #expect(await invoke(httpEvent("GET", "/api/activities/home")).statusCode == 200)
        }
      }
    }

    @Test(arguments: ["25006", "40001", "40P01", "53100", "55P03"])
    func `A POST that the database refused without doing it is done after all, once`(state: String) async throws {
      let api = try await API()
      try api.addUser()
      try refuseOnce("activities", state, in: api.url)
      try await api.add("Hello")
      #expect(try api.sql("SELECT count(*) FROM activities") == "1")
    }
  }
}

/// A request as API Gateway's HTTP APIs send it.
private func httpEvent(_ method: String, _ path: String, body: String? = nil) -> [UInt8] {
  JSONWriter.object { event in
    event.add("version", "2.0")
    event.add("rawPath", path)
    event.object("headers") { $0.add("content-type", "application/json") }
    event.object("requestContext") { context in
      context.object("http") { $0.add("method", method) }
      context.add("stage", "$default")
    }
    if let body { event.add("body", body) }
  }
}

extension InvocationResult {
  /// The status of an answer to an HTTP request.
  fileprivate var statusCode: Int? {
    guard case .response(let bytes) = self else { return nil }
    return try? JSONDocument(bytes).root.member("statusCode").integer()
  }
}
