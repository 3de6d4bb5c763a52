import Foundation
import TestSupport
import Testing

/// The user pool of `cruddur serve`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ServeCognitoTests {
  private static let ann = #"{"name":"Ann","preferred_username":"ann","email":"a@example.com"}"#

  @Test func `Whoever signs up is known to the function`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let signUp = try await server.send("/cognito/users", body: Self.ann)
        #expect(signUp.status == 201)
        #expect(try signUp.member("attempts") is Int)
        let user = try #require(try signUp.member("user") as? [String: String])
        let sub = try #require(user["sub"])
        #expect(
          user == [
            "sub": sub, "username": sub, "status": "CONFIRMED", "name": "Ann", "preferred_username": "ann",
            "email": "a@example.com",
          ])
        let bob = try await server.send(
          "/cognito/users", body: #"{"preferred_username":"bob","name":" ","email":null}"#)
        #expect(bob.status == 201)
        let list = try await server.send("/cognito/users")
        let users = try #require(try JSONSerialization.jsonObject(with: Data(list.body.utf8)) as? [[String: String]])
        #expect(users.first == user)
        #expect(users.map { $0["preferred_username"] } == ["ann", "bob"])
        #expect(users.last.map { Set($0.keys) } == ["sub", "username", "status", "preferred_username"])

        let answer = try await server.send("/cognito/users/\(sub)/token", "--request", "POST")
        #expect(try answer.member("expires_in") as? Int == 3600)
        let token = try #require(try answer.member("id_token") as? String)
        let echo = try await server.send("/api/x", "--header", "Authorization: Bearer \(token)")
        let context = try echo.member("requestContext") as? [String: Any]
        let jwt = (context?["authorizer"] as? [String: Any])?["jwt"] as? [String: Any]
        let claims = try #require(jwt?["claims"] as? [String: String], "every claim is text")
        #expect(claims["sub"] == sub)
        #expect(claims["cognito:username"] == sub)
        #expect(claims["email"] == "a@example.com")
        #expect(claims["token_use"] == "id")

        let forged = try await server.send("/api/x", "--header", "Authorization: Bearer \(token.dropLast(2))AA")
        #expect(forged.status == 401)
        #expect(forged.body == #"{"message":"Unauthorized"}"#)
        #expect(forged.headers["www-authenticate"] == "Bearer")
      }
    }
  }

  @Test func `A forgotten password is another chance for the function, and an administrator deletes accounts`()
    async throws
  {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap, ["--attempts", "1"]) { server in
        let signUp = try await server.send("/cognito/users", body: Self.ann)
        #expect(try signUp.member("triggerSource") as? String == "PostConfirmation_ConfirmSignUp")
        let sub = try #require((try signUp.member("user") as? [String: String])?["sub"])
        let reset = try await server.send("/cognito/users/\(sub)/confirm-forgot-password", "--request", "POST")
        #expect(reset.status == 200)
        #expect(try reset.member("triggerSource") as? String == "PostConfirmation_ConfirmForgotPassword")
        let requestIDs = try [signUp, reset].map { try $0.member("requestId") as? String }
        #expect(requestIDs.map { $0.map { Substring($0) } } == bootstrap.invocations)

        let deleted = try await server.send("/cognito/users/\(sub)", "--request", "DELETE")
        #expect(deleted.status == 204)
        #expect(bootstrap.invocations.count == 2, "no trigger hears of it")
        #expect(try await server.send("/cognito/users").body == "[]")
        for (path, method) in [
          ("", "DELETE"), ("/token", "POST"), ("/confirm-forgot-password", "POST"), ("/sign-in", "POST"),
        ] {
          let gone = try await server.send("/cognito/users/\(sub)\(path)", "--request", method)
          #expect(gone.status == 404)
          #expect(try gone.member("__type") as? String == "UserNotFoundException")
        }
        #expect(try await server.send("/cognito/users", body: Self.ann).status == 201, "the aliases are free again")
      }
    }
  }

  @Test func `A sign-in tells the function, and new tokens do not`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let signUp = try await server.send("/cognito/users", body: Self.ann)
        let sub = try #require((try signUp.member("user") as? [String: String])?["sub"])
        let signIn = try await server.send("/cognito/users/\(sub)/sign-in", "--request", "POST")
        #expect(signIn.status == 200)
        #expect(try signIn.member("triggerSource") as? String == "PostAuthentication_Authentication")
        #expect(try bootstrap.invocations.last == (signIn.member("requestId") as? String).map { Substring($0) })
        let token = try #require(try signIn.member("id_token") as? String)
        #expect(try await server.send("/api/x", "--header", "Authorization: Bearer \(token)").status == 200)

        let count = bootstrap.invocations.count
        #expect(try await server.send("/cognito/users/\(sub)/token", "--request", "POST").status == 200)
        #expect(bootstrap.invocations.count == count)
      }
    }
  }

  @Test func `A trigger that fails after a sign-in leaves nobody a token`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let signUp = try await server.send("/cognito/users", body: #"{"name":"fail","email":"a@example.com"}"#)
        let sub = try #require((try signUp.member("user") as? [String: String])?["sub"])
        let signIn = try await server.send("/cognito/users/\(sub)/sign-in", "--request", "POST")
        #expect(signIn.status == 400)
        #expect(try signIn.member("__type") as? String == "UserLambdaValidationException")
        #expect(try signIn.member("message") as? String == "PostAuthentication failed with error no.")
        #expect(!signIn.body.contains("id_token"))
      }
    }
  }

  @Test func `Whoever has no address cannot have forgotten their password`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let signUp = try await server.send("/cognito/users", body: #"{"preferred_username":"bob"}"#)
        let sub = try #require((try signUp.member("user") as? [String: String])?["sub"])
        let reset = try await server.send("/cognito/users/\(sub)/confirm-forgot-password", "--request", "POST")
        #expect(reset.status == 400)
        #expect(try reset.member("__type") as? String == "InvalidParameterException")
        #expect(try (reset.member("message") as? String)?.hasPrefix("Cannot reset password for the user") == true)
        #expect(bootstrap.invocations.count == 1)
      }
    }
  }

  @Test func `A token of another server is refused`() async throws {
    try await FakeBootstrap.with { bootstrap in
      var token = ""
      try await RunningServer.with(bootstrap) { server in
        let user = try await server.send("/cognito/users", body: Self.ann).member("user") as? [String: String]
        let answer = try await server.send("/cognito/users/\(user?["sub"] ?? "")/token", "--request", "POST")
        token = try #require(try answer.member("id_token") as? String)
      }
      try await RunningServer.with(bootstrap) { server in
        let answer = try await server.send("/api/x", "--header", "Authorization: Bearer \(token)")
        #expect(answer.status == 401)
      }
    }
  }

  @Test(arguments: [
    ("fail", "UserLambdaValidationException", "PostConfirmation failed with error no."),
    ("crash", "UserLambdaValidationException", "Error: Runtime exited with status 3."),
    ("garbage", "InvalidLambdaResponseException", "Invalid lambda function output : Invalid JSON"),
  ])
  func `A trigger that fails is told, and the account stays`(name: String, type: String, words: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let signUp = try await server.send("/cognito/users", body: #"{"name":"\#(name)","email":"a@example.com"}"#)
        #expect(signUp.status == 400)
        #expect(try signUp.member("__type") as? String == type)
        #expect(try (signUp.member("message") as? String)?.hasSuffix(words) == true, "\(signUp.body)")
        #expect(try signUp.member("attempts") is Int)
        let user = try #require(try signUp.member("user") as? [String: String])
        let list = try await server.send("/cognito/users").body
        #expect(list.contains(try #require(user["sub"])))
        let token = try await server.send("/cognito/users/\(user["sub"] ?? "")/token", "--request", "POST")
        #expect(token.status == 200, "the user can sign in, as with Cognito")
      }
    }
  }

  @Test func `Bad input is named`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let bad = try await server.send("/cognito/users", body: "{")
        #expect(bad.status == 400)
        #expect(try bad.member("__type") as? String == "InvalidParameterException")
        #expect(bootstrap.invocations.isEmpty, "the function hears nothing of it")
        _ = try await server.send("/cognito/users", body: Self.ann)
        let again = try await server.send("/cognito/users", body: Self.ann)
        #expect(again.status == 400)
        #expect(try again.member("__type") as? String == "UsernameExistsException")
        let unknown = try await server.send("/cognito/users/nobody/token", "--request", "POST")
        #expect(unknown.status == 404)
        #expect(try unknown.member("__type") as? String == "UserNotFoundException")
        let method = try await server.send("/cognito/users", "--request", "DELETE")
        #expect(method.status == 405)
        #expect(method.headers["allow"] == "GET, POST")
        for path in ["/cognito/groups", "/cognito/users/nobody/password", "/cognito/users/nobody/token/x", "/cognito"] {
          #expect(try await server.send(path, "--request", "POST").body == #"{"message":"Not Found"}"#)
        }
        for (path, allowed) in [
          "": "DELETE", "/token": "POST", "/confirm-forgot-password": "POST", "/sign-in": "POST", "/confirm": "POST",
          "/resend-code": "POST", "/forgot-password": "POST",
        ] {
          let answer = try await server.send("/cognito/users/nobody\(path)", "--request", "PUT")
          #expect(answer.status == 405)
          #expect(answer.headers["allow"] == allowed)
        }
      }
    }
  }
}
