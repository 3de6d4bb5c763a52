import Foundation
import TestSupport
import Testing

/// The steps of an account's life over HTTP, and what of them outlives a server.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ServeStoryTests {
  private static let password = "Correct-horse-1"

  private static func user(_ answer: CurlAnswer) throws -> [String: String] {
    try #require(try answer.member("user") as? [String: String], "\(answer.body)")
  }

  private static func sources(_ answer: CurlAnswer) throws -> [String?] {
    if let triggers = try answer.member("triggers") as? [[String: Any]] {
      return triggers.map { $0["triggerSource"] as? String }
    }
    return try [answer.member("triggerSource") as? String].filter { $0 != nil }
  }

  /// Takes a step, and gives its answer, whose error's type has to be this.
  @discardableResult
  private static func post(
    _ server: RunningServer, _ path: String, _ body: String = "", error: String? = nil, status: Int? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) async throws -> CurlAnswer {
    let answer = try await server.send("/cognito/\(path)", body: body)
    #expect(try answer.member("__type") as? String == error, "\(answer.body)", sourceLocation: location)
    #expect(answer.status == status ?? (error == nil ? 200 : 400), sourceLocation: location)
    return answer
  }

  @Test func `Somebody signs up, gives the code that is shown, signs in, forgets their password and goes`() async throws
  {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let body = #"{"email":"a@example.com","password":"\#(Self.password)","confirm":false}"#
        let signUp = try await Self.post(server, "users", body, status: 201)
        #expect(bootstrap.invocations.isEmpty, "no trigger of the default hears of it")
        let code = try #require(try Self.user(signUp)["code"])
        let delivery = try #require(try signUp.member("delivery") as? [String: String])
        #expect(delivery["message"] == "Your confirmation code is \(code).")
        #expect(try Self.user(signUp)["status"] == "UNCONFIRMED")
        let sub = try #require(try Self.user(signUp)["sub"])
        let you = "users/a%40example.com"

        let signIn = #"{"password":"\#(Self.password)"}"#
        try await Self.post(server, "\(you)/sign-in", signIn, error: "UserNotConfirmedException")
        try await Self.post(server, "\(you)/token", error: "UserNotConfirmedException")
        try await Self.post(server, "\(you)/confirm", #"{"code":"0"}"#, error: "CodeMismatchException")
        try await Self.post(server, "\(you)/confirm", #"{"code":1}"#, error: "InvalidParameterException")
        let resent = try await Self.post(server, "\(you)/resend-code")
        let newCode = try #require(try Self.user(resent)["code"])
        let confirmed = try await Self.post(server, "\(you)/confirm", #"{"code":"\#(newCode)"}"#)
        #expect(try Self.sources(confirmed) == ["PostConfirmation_ConfirmSignUp"])
        #expect(try Self.user(confirmed)["code"] == nil)
        try await Self.post(server, "\(you)/confirm", error: "NotAuthorizedException")

        let wrong = try await Self.post(server, "\(you)/sign-in", "{}", error: "NotAuthorizedException")
        #expect(try wrong.member("message") as? String == "Incorrect username or password.")
        let signedIn = try await Self.post(server, "\(you)/sign-in", signIn)
        #expect(try Self.sources(signedIn) == ["PostAuthentication_Authentication"])
        let token = try #require(try signedIn.member("access_token") as? String)

        let forgot = try await Self.post(server, "\(you)/forgot-password")
        let resetCode = try #require(try Self.user(forgot)["code"])
        try await Self.post(
          server, "\(you)/confirm-forgot-password", #"{"code":"\#(resetCode)","password":"short"}"#,
          error: "InvalidPasswordException")
        let reset = try await Self.post(
          server, "\(you)/confirm-forgot-password", #"{"code":"\#(resetCode)","password":"Battery-staple-2"}"#)
        #expect(try Self.sources(reset) == ["PostConfirmation_ConfirmForgotPassword"])
        try await Self.post(server, "\(you)/sign-in", signIn, error: "NotAuthorizedException")
        try await Self.post(server, "\(you)/sign-in", #"{"password":"Battery-staple-2"}"#)

        let other = try await Self.user(Self.post(server, "users", #"{"preferred_username":"bob"}"#, status: 201))
        let authorization = ["--request", "DELETE", "--header", "Authorization: Bearer \(token)"]
        let stranger = try await server.send("/cognito/users/\(other["sub"] ?? "")", options: authorization)
        #expect(try stranger.member("__type") as? String == "NotAuthorizedException")
        #expect(try await server.send("/cognito/users/\(sub)", options: authorization).status == 204)
        #expect(try await !server.send("/cognito/users").body.contains(sub))
      }
    }
  }

  @Test func `An administrator's user and a federated one are told of as Cognito tells`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let triggers = ["PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication", "PreTokenGeneration"]
      try await RunningServer.with(bootstrap, triggers.flatMap { ["--trigger", $0] }) { server in
        let made = try await Self.post(server, "admin-create-user", #"{"email":"a@example.com"}"#, status: 201)
        #expect(try Self.sources(made) == ["PreSignUp_AdminCreateUser"])
        let password = try #require(try made.member("temporary_password") as? String)
        let body = try JSONSerialization.data(withJSONObject: ["password": password, "new_password": Self.password])
        let challenge = try await Self.post(
          server, "users/a@example.com/sign-in",
          String(decoding: JSONSerialization.data(withJSONObject: ["password": password]), as: UTF8.self))
        #expect(try challenge.member("challenge") as? String == "NEW_PASSWORD_REQUIRED")
        #expect(try challenge.member("id_token") == nil)
        let signIn = try await Self.post(server, "users/a@example.com/sign-in", String(decoding: body, as: UTF8.self))
        #expect(
          try Self.sources(signIn) == [
            "PreAuthentication_Authentication", "PostAuthentication_Authentication",
            "TokenGeneration_NewPasswordChallenge",
          ])

        let google = #"{"provider":"Google","user_id":"123","email":"g@example.com","name":"Ann"}"#
        let first = try await Self.post(server, "federated-sign-in", google)
        #expect(
          try Self.sources(first) == [
            "PreSignUp_ExternalProvider", "PostConfirmation_ConfirmSignUp", "TokenGeneration_HostedAuth",
          ])
        #expect(try Self.user(first)["username"] == "Google_123")
        let later = try await Self.post(server, "federated-sign-in", google)
        #expect(
          try Self.sources(later) == [
            "PreAuthentication_Authentication", "PostAuthentication_Authentication", "TokenGeneration_HostedAuth",
          ])
        let verified = try await Self.post(
          server, "federated-sign-in", #"{"provider":"okta","email":"o@example.com","email_verified":true}"#)
        let token = try #require(try verified.member("id_token") as? String)
        let echo = try await server.send("/api/x", "--header", "Authorization: Bearer \(token)")
        #expect(echo.body.contains(#""email_verified":"true""#), "\(echo.body)")
        try await Self.post(
          server, "federated-sign-in", #"{"provider":"okta","email_verified":1}"#, error: "InvalidParameterException")
        try await Self.post(server, "federated-sign-in", #"{"provider":"A_B"}"#, error: "InvalidParameterException")
        try await Self.post(server, "federated-sign-in", "{}", error: "InvalidParameterException")
        #expect(try await server.send("/cognito/federated-sign-in").status == 405)
      }
    }
  }

  @Test func `Accounts, codes and tokens outlive the server that keeps them in a file`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let state = ["--state", "\(bootstrap.folder)/state.json"]
      var code = "", token = ""
      try await RunningServer.with(bootstrap, state) { server in
        let late = try await Self.post(server, "users", #"{"email":"late@example.com","confirm":false}"#, status: 201)
        code = try #require(try Self.user(late)["code"])
        try await Self.post(server, "users/late@example.com/confirm", #"{"code":"0"}"#, error: "CodeMismatchException")
        let body = #"{"email":"a@example.com","password":"\#(Self.password)"}"#
        try await Self.post(server, "users", body, status: 201)
        token = try #require(
          try await Self.post(server, "users/a@example.com/sign-in", #"{"password":"\#(Self.password)"}"#)
            .member("id_token") as? String)

        let second = try await CommandLineTool.run(
          ["serve", "--port", "0", "--bootstrap", bootstrap.path] + state)
        #expect(second.status == 2)
        #expect(second.log.contains("state.json cannot be used: another server uses it."), "\(second.log)")
      }
      #expect(bootstrap.read("state.json")?.contains(#""failures":1"#) == true)
      #expect(bootstrap.read("state.json")?.contains(Self.password) == false)
      try await RunningServer.with(bootstrap, state) { server in
        let answer = try await server.send("/api/x", "--header", "Authorization: Bearer \(token)")
        #expect(answer.status == 200)
        try await Self.post(server, "users/a@example.com/sign-in", #"{"password":"\#(Self.password)"}"#)
        try await Self.post(server, "users/late@example.com/confirm", #"{"code":"\#(code)"}"#)
      }
    }
  }

  @Test func `A bad state file ends the command before anything starts, and stays`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let path = try bootstrap.write(#"{"version":1}"#, to: "state.json")
      let outcome = try await CommandLineTool.run(
        ["serve", "--port", "0", "--bootstrap", bootstrap.path, "--state", path])
      #expect(outcome.status == 2)
      #expect(
        outcome.log == "cruddur: The state file \(path) cannot be used: $.key is missing (byte 0).\n", "\(outcome.log)")
      #expect(bootstrap.processes.isEmpty)
      #expect(bootstrap.read("state.json") == #"{"version":1}"#)
    }
  }

  @Test func `A change that cannot be stored is refused`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap, ["--state", "\(bootstrap.folder)/state.json"]) { server in
        // No file can be opened where a folder is.
        try FileManager.default.createDirectory(
          atPath: "\(bootstrap.folder)/state.json.new", withIntermediateDirectories: false)
        let refused = try await Self.post(
          server, "users", #"{"email":"a@example.com"}"#, error: "InternalErrorException", status: 500)
        #expect(try (refused.member("message") as? String)?.hasSuffix("it cannot be written: Is a directory.") == true)
        #expect(try await server.send("/cognito/users").body == "[]")
        #expect(bootstrap.invocations.isEmpty)
      }
    }
  }

  @Test func `A change that does not fit on the disk is refused, and the file is whole`() async throws {
    try await FakeBootstrap.with { bootstrap in
      // What is written is limited to 2 KiB a file, which is an error as a full disk is.
      try await RunningServer.with(
        bootstrap, ["--state", "\(bootstrap.folder)/state.json"], after: "trap '' XFSZ; ulimit -f 2; "
      ) { server in
        try await Self.post(server, "users", #"{"preferred_username":"ann"}"#, status: 201)
        let before = try #require(bootstrap.read("state.json"))
        let long = String(repeating: "x", count: 2000)
        let refused = try await Self.post(
          server, "users", #"{"preferred_username":"ben","attributes":{"profile":"\#(long)"}}"#,
          error: "InternalErrorException", status: 500)
        #expect(try (refused.member("message") as? String)?.hasSuffix("cannot be written: File too large.") == true)
        #expect(bootstrap.read("state.json") == before)
        #expect(bootstrap.read("state.json.new") == nil)
        try await Self.post(server, "users", #"{"preferred_username":"ben"}"#, status: 201)
      }
    }
  }

  @Test(arguments: [
    (["--trigger", "PostSignUp"], "PostSignUp, but must be one of PreSignUp, PostConfirmation, "),
    (["--trigger", "PreTokenGeneration", "--trigger", "PreTokenGeneration:V2_0"], "in one version alone"),
  ])
  func `A trigger that there is not is named`(arguments: [String], words: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(["serve", "--bootstrap", bootstrap.path] + arguments)
      #expect(outcome.status == 2)
      #expect(outcome.log.contains(words), "\(outcome.log)")
      #expect(bootstrap.processes.isEmpty)
    }
  }
}
