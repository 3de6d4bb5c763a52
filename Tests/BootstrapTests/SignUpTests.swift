import Foundation
import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// A sign-up becomes a row: the real program, a Runtime API as strict as AWS's, a real PostgreSQL.
  @Suite struct SignUpTests {
    private let postgres: ThrowawayPostgres
    private let url: String

    init() async throws {
      postgres = try await ThrowawayPostgres.shared
      url = try postgres.makeDatabase(schema: true)
    }

    private func rows(_ columns: String, where condition: String = "true") throws -> String {
      try postgres.psql("SELECT \(columns) FROM users WHERE \(condition) ORDER BY 1", url: url)
    }

    @Test(arguments: [
      ("confirm-sign-up", 1), ("every-attribute", 1), ("phone-only", 1), ("federated", 1),
      ("federated-oidc", 1), ("hostile", 1), ("confirm-forgot-password", 1), ("post-authentication", 1),
      ("post-authentication-admin", 1), ("unknown-trigger", 0),
    ]) func `Every sample event is answered with itself`(name: String, count: Int) async throws {
      let event = try Repository.event(name)
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(event) == .response(event))
        #expect(await invoke(event) == .response(event))
      }
      #expect(try rows("count(*)") == String(count))
    }

    @Test func `Every other trigger is answered with itself, and adds nobody`() async throws {
      let names = [
        "client-credentials", "create-auth-challenge", "custom-email-sender", "custom-message",
        "custom-message-admin-create-user", "custom-sms-sender", "define-auth-challenge", "inbound-federation",
        "pre-authentication", "pre-sign-up", "pre-sign-up-federated", "token-generation", "token-generation-v2",
        "token-generation-v3", "user-migration", "user-migration-forgot-password", "verify-auth-challenge",
      ]
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        for name in names {
          let event = try Repository.event(name)
          #expect(await invoke(event) == .response(event), "\(name)")
        }
      }
      #expect(try rows("count(*)") == "0")
    }

    @Test func `Neither a provider's name for somebody nor their address or number is shown to others`() async throws {
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        for name in ["phone-only", "federated", "federated-oidc"] {
          let event = try Repository.event(name)
          #expect(await invoke(event) == .response(event))
        }
      }
      #expect(
        try rows("handle, display_name, email") == """
          user-a1d3c5e7|user-a1d3c5e7|a.green@corp.example
          user-b8d4f602|user-b8d4f602|
          user-e4c2a086|Alice Green|alice@example.com
          """)
    }

    /// Cognito invokes no trigger for somebody whom an administrator created.
    @Test func `An event made by hand adds whoever is missing`() async throws {
      let text = """
        {"triggerSource":"PostConfirmation_ConfirmForgotPassword",
        "request":{"userAttributes":{"sub":"sub-1","preferred_username":"ana"}}}
        """
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(Array(text.utf8)) == .response(Array(text.utf8)))
      }
      #expect(try rows("cognito_user_id, handle, display_name") == "sub-1|ana|ana")
    }

    @Test func `Every attribute is stored`() async throws {
      let event = signUp("sub-1", ["name": "Ana", "preferred_username": "nan", "email": "ana@example.com"])
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(event) == .response(event))
      }
      #expect(try rows("display_name, handle, email, cognito_user_id") == "Ana|nan|ana@example.com|sub-1")
      #expect(try rows("count(*)", where: "created_at BETWEEN now() - interval '1 minute' AND now()") == "1")
    }

    @Test func `A name is stored byte for byte`() async throws {
      let name =
        #"Robert'); DROP TABLE users;-- "quotes" \ back\\slash 😀 $1 :name %s"# + String(repeating: "é", count: 5_000)
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        let event = signUp("sub-1", ["name": name])
        #expect(await invoke(event) == .response(event))
      }
      let hexadecimal = name.utf8.map { String(format: "%02x", $0) }.joined()
      #expect(try rows("encode(convert_to(display_name, 'UTF8'), 'hex')") == hexadecimal)
    }

    @Test func `Half of a surrogate pair costs its attribute, and nobody their row`() async throws {
      let event = Array(
        #"""
        {"userName":"ana","triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":{"sub":"sub-1",
        "name":"A\uD83D","custom:\uDE00":"\uDE00","email":"ana@example.com"},"clientMetadata":{"k":"\uD83Dx"}},"response":{}}
        """#.utf8)
      let without = Array(String(decoding: event, as: UTF8.self).replacing("sub-1", with: #"sub-\uD83D"#).utf8)
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        #expect(await invoke(event) == .response(event))
        let result = await invoke(without)
        #expect(result.errorType == "Function.InvalidEvent")
        #expect(result.errorMessage?.contains("$.request.userAttributes.sub is not Unicode text") == true)
      }
      #expect(try rows("cognito_user_id, display_name, handle, email") == "sub-1|ana|ana|ana@example.com")
    }

    @Test func `The same event from four processes at once is one row`() async throws {
      let event = signUp("sub-1", ["name": "Ana"])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            try await withFunction(["CONNECTION_URL": url]) { invoke in
              for _ in 0..<3 { #expect(await invoke(event) == .response(event)) }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try rows("cognito_user_id") == "sub-1")
    }

    @Test func `Users who want one handle at once are all kept`() async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for user in 0..<4 {
          group.addTask {
            try await withFunction(["CONNECTION_URL": url]) { invoke in
              let event = signUp("\(user)aaaaaaa-1111-4222-8333-944455556666", ["preferred_username": "ana"])
              #expect(await invoke(event) == .response(event))
            }
          }
        }
        try await group.waitForAll()
      }
      let handles = try rows("handle").split(separator: "\n")
      #expect(handles.count == 4 && Set(handles).count == 4)
      #expect(handles.contains("ana"))
      #expect(handles.allSatisfy { $0 == "ana" || $0.hasSuffix("aaaaaaa") }, "\(handles)")
    }

    @Test func `Of handles that look the same each user has one of their own, as they chose it`() async throws {
      let users: KeyValuePairs = [
        "11111111-1": "Zoë", "22222222-2": "zoë", "33333333-3": "ZOE\u{308}", "44444444-4": "z\u{200B}oë ",
        "55555555-5": "zoe",
      ]
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        for (sub, handle) in users {
          let event = signUp(sub, ["preferred_username": handle])
          #expect(await invoke(event) == .response(event))
          #expect(await invoke(event) == .response(event))
        }
      }
      let handles = try postgres.psql("SELECT handle FROM users ORDER BY cognito_user_id", url: url)
      #expect(
        Array(handles.utf8)
          == Array("Zoë\nzoë-22222222\nZOE\u{308}-33333333\nz\u{200B}oë -44444444\nzoe".utf8))
    }

    @Test func `A handle is taken from nobody`() async throws {
      let sub = "0f5e2c1a-1111-4222-8333-944455556666"
      try postgres.psql(
        """
        INSERT INTO users (display_name, handle, cognito_user_id)
        VALUES ('1', 'ana', '1'), ('2', 'ana-0f5e2c1a', '2'), ('3', 'ana-\(sub)', '3')
        """, url: url)
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        let event = signUp(sub, ["preferred_username": "ana"])
        #expect(await invoke(event) == .response(event))
        #expect(await invoke(event) == .response(event))
      }
      #expect(try rows("handle", where: "cognito_user_id = '\(sub)'") == "ana-\(sub)-2")
    }

    @Test func `A forgotten password overwrites nothing, and heals whoever is missing`() async throws {
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        _ = await invoke(signUp("sub-1", ["name": "Ana", "email": "old@example.com"]))
        let reset = signUp("sub-1", ["name": "Eve"], source: "PostConfirmation_ConfirmForgotPassword")
        #expect(await invoke(reset) == .response(reset))
        let missing = signUp("sub-2", ["name": "Bo"], source: "PostConfirmation_ConfirmForgotPassword")
        #expect(await invoke(missing) == .response(missing))
      }
      #expect(try rows("cognito_user_id, display_name, email") == "sub-1|Ana|old@example.com\nsub-2|Bo|")
    }

    /// Of an id without it another user's may be left; a handle's first character is not cut in two.
    @Test func `A sub with U+0000 is refused, and a first character of a handle that is too long is not kept`()
      async throws
    {
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        let result = await invoke(signUp("sub\u{0}-1"))
        #expect(result.errorType == "Function.InvalidEvent")
        #expect(result.errorMessage?.contains("without U+0000") == true)
        for (sub, marks) in [("tall-1", 1_024), ("tall-2", 1_023)] {
          let event = signUp(sub, ["preferred_username": "a" + String(repeating: "\u{301}", count: marks)])
          #expect(await invoke(event) == .response(event))
        }
      }
      #expect(try rows("cognito_user_id, octet_length(handle)") == "tall-1|6\ntall-2|2047")
    }

    @Test(arguments: [
      ("", "Function.InvalidJSON"), ("{", "Function.InvalidJSON"),
      (#"{"triggerSource":"\ud800"}"#, "Function.InvalidEvent"),
      (String(repeating: "[", count: 100_000), "Function.InvalidJSON"), ("{}", "Function.UnknownEvent"),
      (#"{"triggerSource":1}"#, "Function.InvalidEvent"),
      (
        #"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":{"name":"Ana"}}}"#,
        "Function.InvalidEvent"
      ),
      (
        #"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":{"sub":["Ana"]}}}"#,
        "Function.InvalidEvent"
      ),
      (String(repeating: " ", count: 6_291_557), "Function.EventTooLarge"),
    ])
    func `A bad event is an error, and the next one is served by the same process`(payload: String, type: String)
      async throws
    {
      try await withFunction(["CONNECTION_URL": url]) { invoke in
        let result = await invoke(Array(payload.utf8))
        #expect(result.errorType == type)
        #expect(result.errorMessage?.contains("Ana") == false)
        let good = signUp("sub-1")
        #expect(await invoke(good) == .response(good))
      }
      #expect(try rows("cognito_user_id") == "sub-1")
    }
  }
}
