import Foundation
import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// What a sign-up gets while the database does not do its part, and that it gets over it.
  @Suite struct DatabaseFailureTests {
    private static let sentence = "Your account is confirmed, but your profile could not be saved just now"
    private let event = signUp("sub-1", ["name": "Ana"])

    @Test func `A wrong password is named`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      let url = postgres.url(database: "postgres").replacing("//postgres:", with: "//postgres:not", maxReplacements: 1)
      try await expect("Function.DatabaseAuthentication", url)
    }

    @Test func `An unknown database is named`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      try await expect("Function.DatabaseNotFound", postgres.url(database: "nowhere"))
    }

    @Test func `An unknown host is named`() async throws {
      try await expect("Function.DatabaseHostNotFound", "postgresql://ana:secret@nowhere.invalid/d?sslmode=prefer")
    }

    @Test func `A refused connection is named`() async throws {
      let port = try SilentListener().port
      try await expect("Function.DatabaseConnectionRefused", "postgresql://ana:secret@127.0.0.1:\(port)/cruddur")
    }

    @Test func `The end of a failure that may pass is waited for`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      let url = try postgres.makeDatabase(schema: true)
      let name = url.split(separator: "/").last ?? ""
      try postgres.psql("CREATE ROLE \(name) LOGIN PASSWORD 'secret' CONNECTION LIMIT 0")
      try postgres.psql("GRANT ALL ON ALL TABLES IN SCHEMA public TO \(name)", url: url)
      let full = "postgresql://\(name):secret@127.0.0.1:\(postgres.port)/\(name)"
      try await withFunction(["CONNECTION_URL": full], timeout: shortTimeout) { invoke in
        #expect(await invoke(event).errorType == "Function.DatabaseTooManyConnections")
      }
      try await withFunction(["CONNECTION_URL": full]) { invoke in
        let room = Task(executorPreference: ThreadExecutor()) {
          try await Task.sleep(for: .milliseconds(500))
          try postgres.psql("ALTER ROLE \(name) CONNECTION LIMIT 1")
        }
        #expect(await invoke(event) == .response(event))
        try await room.value
      }
    }

    @Test func `A missing table is named`() async throws {
      let url = try await ThrowawayPostgres.shared.makeDatabase()
      try await expect("Function.DatabaseError", url)
    }

    private func expect(_ type: String, _ url: String) async throws {
      try await withFunction(["CONNECTION_URL": url], timeout: shortTimeout) { invoke in
        for _ in 0..<2 {
          let result = await invoke(event)
          #expect(result.errorType == type)
          #expect(result.errorMessage == DatabaseFailureTests.sentence)
        }
      }
    }

    @Test(arguments: [
      [:], ["CONNECTION_URL": ""], ["CONNECTION_URL": " \t"], ["CONNECTION_URL": "s3cret"],
      ["CONNECTION_URL": "postgresql://u:s3cret@h:port/d"],
      ["CONNECTION_URL": "postgresql://u:s3cret@h/d?sslmode=sometimes"],
      ["CONNECTION_URL": "postgresql://u:s3cret@h/d?nonsense=1"],
      ["CONNECTION_URL": "postgresql://u:s3cret@h/d", "PGSSLMODE": "s3cret"],
    ]) func `A bad CONNECTION_URL is an init error`(variables: [String: String]) async throws {
      try await withFunction(variables) { invoke in
        let result = await invoke(event)
        #expect(result.errorType == "Function.InvalidConfiguration")
        #expect(result.errorMessage?.contains("CONNECTION_URL") == true)
        #expect(result.errorMessage?.contains("s3cret") == false)
      }
    }

    @Test(arguments: [["AWS_LAMBDA_LOG_LEVEL": "LOUD"], ["AWS_LAMBDA_LOG_FORMAT": "XML"]])
    func `A bad log setting is an init error`(variables: [String: String]) async throws {
      try await withFunction(variables) { invoke in
        #expect(await invoke(event).errorType == "Function.InvalidConfiguration")
      }
    }

    @Test func `The server's own time limit is a timeout, too`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      let url = try postgres.makeDatabase(schema: true)
      let name = url.split(separator: "/").last ?? ""
      try postgres.psql("ALTER DATABASE \(name) SET statement_timeout = '200ms'")
      let lock = try PsqlSession(url)
      try lock.send("BEGIN; LOCK TABLE users;")
      while try postgres.psql(
        "SELECT count(*) FROM \(locksOfThisDatabase) WHERE relation = 'users'::regclass", url: url) == "0"
      {
        try await Task.sleep(for: .milliseconds(20))
      }
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(event).errorType == "Function.DatabaseTimeout")
        lock.end()
        #expect(await invoke(event) == .response(event))
      }
    }

    @Test func `A frozen server is an error in time, and forgotten afterwards`() async throws {
      let postgres = try ThrowawayPostgres()
      let url = try postgres.makeDatabase(schema: true)
      try await withFunction(["CONNECTION_URL": url], timeout: shortTimeout) { invoke in
        _ = await invoke(signUp("sub-0"))
        postgres.freeze()
        #expect(await invoke(event).errorType == "Function.DatabaseTimeout")
        postgres.thaw()
        #expect(await invoke(event) == .response(event))
      }
      #expect(try postgres.psql("SELECT count(*) FROM users", url: url) == "2")
    }

    @Test func `A server that was frozen from the start is an error in time`() async throws {
      let postgres = try ThrowawayPostgres()
      let url = try postgres.makeDatabase(schema: true)
      postgres.freeze()
      try await withFunction(["CONNECTION_URL": url], timeout: shortTimeout) { invoke in
        #expect(await invoke(event).errorType == "Function.DatabaseTimeout")
        postgres.thaw()
        #expect(await invoke(event) == .response(event))
      }
    }

    @Test func `A proxy that swallows bytes is an error in time`() async throws {
      let proxy = try SilentListener()
      try await withFunction(["CONNECTION_URL": "postgresql://ana:secret@127.0.0.1:\(proxy.port)/cruddur"]) { invoke in
        try await expectTimeout(invoke)
      }
    }

    @Test func `Lambda's own deadline counts if it is sooner`() throws {
      let proxy = try SilentListener()
      let file = try TemporaryFile(event)
      let invoked = try Invoked(
        [file.url.path, "--timeout", "2"], url: "postgresql://ana:secret@127.0.0.1:\(proxy.port)/cruddur")
      #expect(invoked.status == 1)
      #expect(invoked.log.contains("Function.DatabaseTimeout"), "\(invoked.log)")
    }

    @Test func `A locked table is an error in time, and the statement does not stay behind`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      let url = try postgres.makeDatabase(schema: true)
      let lock = try PsqlSession(url)
      try lock.send("BEGIN; LOCK TABLE users;")
      while try postgres.psql(
        "SELECT count(*) FROM \(locksOfThisDatabase) WHERE relation = 'users'::regclass", url: url) == "0"
      {
        try await Task.sleep(for: .milliseconds(20))
      }
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        try await expectTimeout(invoke)
        let waiting =
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        let stillWaiting = try postgres.psql(waiting, url: url)
        #expect(stillWaiting == "0")
        lock.end()
        #expect(await invoke(event) == .response(event))
      }
    }

    /// As Cognito sees it, a cold start and all.
    private func expectTimeout(_ invoke: ([UInt8]) async -> InvocationResult) async throws {
      try await expectInTime {
        var result: InvocationResult?
        let time = await ContinuousClock().measure { result = await invoke(event) }
        #expect(result?.errorType == "Function.DatabaseTimeout")
        #expect(result?.errorMessage == DatabaseFailureTests.sentence)
        #expect(time >= .seconds(4))
      }
    }

    @Test func `A backend that was ended while idle is replaced silently`() async throws {
      let postgres = try await ThrowawayPostgres.shared
      let url = try postgres.makeDatabase(schema: true)
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        for number in 0..<3 {
          let event = signUp("sub-\(number)")
          #expect(await invoke(event) == .response(event))
          try postgres.terminateSessions(of: url)
        }
      }
      #expect(try postgres.psql("SELECT count(*) FROM users", url: url) == "3")
    }
  }
}
