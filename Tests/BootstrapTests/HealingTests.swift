import Foundation
import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// Whoever signs in without a row gets one, and nobody's sign-in fails because of it.
  @Suite struct HealingTests {
    private static let source = "PostAuthentication_Authentication"

    private func signIn(_ sub: String, _ attributes: [String: String] = [:]) -> [UInt8] {
      signUp(sub, attributes, source: Self.source)
    }

    private func rows(_ database: Database, _ columns: String) throws -> String {
      try database.postgres.psql("SELECT \(columns) FROM users ORDER BY cognito_user_id", url: database.url)
    }

    @Test func `Who is missing is added when they sign in, and who is there stays as they are`() async throws {
      let database = try await Database()
      try await withFunction(["CONNECTION_URL": database.url]) { invoke in
        let ana = signUp("sub-1", ["name": "Ana", "preferred_username": "ana", "email": "ana@example.com"])
        #expect(await invoke(ana) == .response(ana))
        for event in [
          signIn("sub-1", ["name": "Eve", "preferred_username": "eve"]),
          signIn("sub-2", ["name": "Bo", "preferred_username": "ANA"]), signIn("sub-2", ["name": "Eve"]),
        ] { #expect(await invoke(event) == .response(event)) }
      }
      #expect(
        try rows(database, "cognito_user_id, display_name, handle, email")
          == "sub-1|Ana|ana|ana@example.com\nsub-2|Bo|ANA-sub-2|")
    }

    @Test func `A user of an administrator's, of whom no confirmation tells, gets their row at their first sign-in`()
      async throws
    {
      let database = try await Database()
      let event = try Repository.event("post-authentication-admin")
      let log = try await withProcess(["CONNECTION_URL": database.url]) { api, _ in
        for _ in 1...2 { #expect(await api.invoke(InvocationRequest(payload: event)) == .response(event)) }
      }
      #expect(
        try rows(database, "cognito_user_id, display_name, handle, email")
          == "c9d8e7f6-1a2b-4c3d-8e4f-5a6b7c8d9e0f|Carol White|user-c9d8e7f6|carol@example.com")
      // Nothing is said of the sign-ins that follow.
      let lines = log.split(separator: "\n").filter { $0.contains("c9d8e7f6") }
      #expect(lines.count == 1 && lines[0].hasSuffix("user added at sign-in sub=c9d8e7f6-1a2b-4c3d-8e4f-5a6b7c8d9e0f"))
    }

    @Test func `The names of federated users are chosen as at their sign-up`() async throws {
      let database = try await Database()
      try await withFunction(["CONNECTION_URL": database.url]) { invoke in
        for name in ["federated", "federated-oidc", "phone-only", "hostile"] {
          let text = String(decoding: try Repository.event(name), as: UTF8.self)
          let event = Array(text.replacing("PostConfirmation_ConfirmSignUp", with: Self.source).utf8)
          #expect(await invoke(event) == .response(event))
        }
      }
      let healed = try rows(database, "cognito_user_id, handle, display_name, email")
      let other = try await Database()
      try await withFunction(["CONNECTION_URL": other.url]) { invoke in
        for name in ["federated", "federated-oidc", "phone-only", "hostile"] {
          let event = try Repository.event(name)
          #expect(await invoke(event) == .response(event))
        }
      }
      #expect(healed == (try rows(other, "cognito_user_id, handle, display_name, email")))
      #expect(healed.contains("|user-a1d3c5e7|user-a1d3c5e7|a.green@corp.example"))
    }

    @Test func `HEAL_ON_SIGN_IN=0 turns it off, and another value is an init error`() async throws {
      let database = try await Database()
      for (value, count) in [("0", "0"), ("1", "1")] {
        try await withFunction(["CONNECTION_URL": database.url, "HEAL_ON_SIGN_IN": value]) { invoke in
          #expect(await invoke(signIn("sub-1")) == .response(signIn("sub-1")))
        }
        #expect(try rows(database, "count(*) OVER ()") == (count == "0" ? "" : count))
      }
      try await withFunction(["CONNECTION_URL": database.url, "HEAL_ON_SIGN_IN": "off"]) { invoke in
        #expect(await invoke(signIn("sub-1")).errorMessage == "HEAL_ON_SIGN_IN has to be 0 or 1.")
      }
    }

    /// What the log and the metrics have of a sign-in whose healing fails.
    private func expectFailure(
      _ variables: [String: String], _ event: [UInt8], _ type: String, _ rest: String = "",
      timeout: Duration = .seconds(5)
    ) async throws {
      let variables = variables.merging(["METRICS_NAMESPACE": "cruddur"]) { $1 }
      let log = try await withProcess(variables) { api, _ in
        let result = await api.invoke(InvocationRequest(payload: event, timeout: timeout))
        #expect(result == .response(event))
      }
      let lines = log.split(separator: "\n")
      let failures = lines.filter { $0.contains(" WARN ") && $0.contains(" healing failed: ") }
      #expect(failures.count == 1 && failures[0].contains(" errorType=\(type) \(rest)"), "\(log)")
      #expect(!log.contains(" ERROR ") && !log.contains("sign-up failed"), "\(log)")
      let metrics = lines.filter { $0.contains(#""HealingsFailed":[1.0]"#) }
      #expect(metrics.count == 1 && metrics[0].contains(#""ErrorType":"\#(type)""#), "\(log)")
    }

    @Test func `A database that refuses fails no sign-in`() async throws {
      let database = try await Database()
      try database.postgres.psql("ALTER TABLE users ADD CONSTRAINT nobody CHECK (handle = 'nobody')", url: database.url)
      try await expectFailure(
        ["CONNECTION_URL": database.url], signIn("sub-1"), "Function.DatabaseError", "sqlState=23514 sub=sub-1 tries=1")
    }

    @Test func `A database without tables, or without anybody who listens, fails no sign-in`() async throws {
      let url = try await ThrowawayPostgres.shared.makeDatabase()
      try await expectFailure(["CONNECTION_URL": url], signIn("sub-1"), "Function.DatabaseError", "sqlState=42P01 ")
      let deserted = "postgresql://127.0.0.1:\(try SilentListener().port)/db"
      try await expectFailure(["CONNECTION_URL": deserted], signIn("sub-1"), "Function.DatabaseConnectionRefused")
    }

    @Test(arguments: [
      #"{}"#, #"{"userAttributes":{}}"#, #"{"userAttributes":{"sub":7}}"#,
      #"{"userAttributes":[],"newDeviceUsed":"no"}"#,
    ])
    func `An event that names nobody fails no sign-in`(request: String) async throws {
      let event = #"{"triggerSource":"\#(Self.source)","request":\#(request),"response":{}}"#
      try await expectFailure(
        ["CONNECTION_URL": "postgresql://127.0.0.1:1/db"], Array(event.utf8), "Function.InvalidEvent", "tries=0")
    }

    @Test func `A database that hangs keeps nobody from signing in for more than a second and a half`() async throws {
      let server = try SilentListener()
      let variables = ["CONNECTION_URL": "postgresql://ana@127.0.0.1:\(server.port)/db"]
      var times: [Duration] = []
      _ = try await withProcess(variables) { api, _ in
        for _ in 0..<3 {
          let event = signIn("sub-1")
          times.append(
            await ContinuousClock().measure {
              #expect(await api.invoke(InvocationRequest(payload: event)) == .response(event))
            })
        }
      }
      // The first has the process's start as well; a busy machine may hold up one.
      #expect(times.allSatisfy { $0 > .milliseconds(1_400) }, "\(times)")
      #expect(times.contains { $0 < .milliseconds(2_000) }, "\(times)")
    }

    @Test func `Lambda's own deadline counts if it is sooner`() async throws {
      let server = try SilentListener()
      try await expectFailure(
        ["CONNECTION_URL": "postgresql://ana@127.0.0.1:\(server.port)/db"], signIn("sub-1"), "Function.DatabaseTimeout",
        timeout: .milliseconds(1_500))
    }
  }
}
