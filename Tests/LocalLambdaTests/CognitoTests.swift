import Testing

@testable import LocalLambda

/// The attempts of a trigger.
@Suite(.timeLimit(.minutes(3)))
struct CognitoTests {
  private static func signUp(
    _ script: String, timeout: Duration = .seconds(30),
    retries: Cognito.RetryPolicy = Cognito.RetryPolicy(attemptLimit: .seconds(60)),
    _ check: (Cognito.TriggerCall, [PoolUser], ScriptedFunction) async throws -> Void
  ) async throws {
    try await ScriptedFunction.with(script, timeout: timeout) { scripted in
      let cognito = Cognito(function: scripted.function, retries: retries)
      let signUp = try await cognito.signUp(SignUpRequest(json: Array(#"{"email":"a@example.com"}"#.utf8)))
      try await check(signUp, await cognito.users, scripted)
    }
  }

  @Test func `A function error is final, and the user stays`() async throws {
    try await Self.signUp(#"echo x >>seen; fail '{"errorMessage":"no row"}'"#) { signUp, users, scripted in
      #expect(signUp.failure == .functionError(message: "no row"))
      #expect(signUp.attempts == 1)
      #expect(scripted.lines(of: "seen").count == 1)
      #expect(users == [signUp.user])
    }
  }

  @Test func `A crash is a function error`() async throws {
    try await Self.signUp("exit 9") { signUp, users, _ in
      #expect(signUp.failure?.message(of: .confirmSignUp).hasSuffix("Error: Runtime exited with status 9.") == true)
      #expect(signUp.attempts == 1)
      #expect(users == [signUp.user])
    }
  }

  @Test func `Three attempts that are too slow are all`() async throws {
    let retries = Cognito.RetryPolicy(attemptLimit: .milliseconds(300))
    try await Self.signUp(#"echo "$event" >>seen; sleep 60"#, retries: retries) { signUp, users, scripted in
      #expect(signUp.failure == .noResponse)
      #expect(signUp.attempts == 3)
      #expect(users == [signUp.user])
      // They overlap: each has an environment of its own.
      try await eventually("all have begun") { scripted.lines(of: "seen").count == 3 }
      #expect(Set(scripted.lines(of: "seen")).count == 1, "the event is the same")
    }
  }

  @Test(arguments: [1, 2]) func `The number of attempts is a setting`(attempts: Int) async throws {
    let retries = Cognito.RetryPolicy(attemptLimit: .milliseconds(300), attempts: attempts)
    try await Self.signUp("sleep 60", retries: retries) { signUp, _, _ in
      #expect(signUp.failure == .noResponse)
      #expect(signUp.attempts == attempts)
    }
  }

  @Test func `A forgotten password tells the function of the user again`() async throws {
    let script = #"""
      case $event in
        *ConfirmForgotPassword*) echo "$event" >>seen; answer "$event" ;;
        *) fail '{"errorMessage":"no row"}' ;;
      esac
      """#
    try await ScriptedFunction.with(script) { scripted in
      let cognito = Cognito(function: scripted.function, retries: Cognito.RetryPolicy(attemptLimit: .seconds(60)))
      let signUp = try await cognito.signUp(SignUpRequest(json: Array(#"{"email":"a@example.com"}"#.utf8)))
      #expect(signUp.failure == .functionError(message: "no row"))
      let reset = try await cognito.confirmForgotPassword(sub: signUp.user.sub[...])
      #expect(reset.failure == nil)
      #expect(reset.user == signUp.user)
      #expect(reset.requestID != signUp.requestID)
      #expect(scripted.lines(of: "seen").first?.contains(signUp.user.sub) == true)
    }
  }

  @Test func `A second attempt may succeed`() async throws {
    let script = #"if mkdir first 2>/dev/null; then sleep 60; else answer "$event"; fi"#
    let retries = Cognito.RetryPolicy(attemptLimit: .seconds(1), attempts: 30)
    try await Self.signUp(script, retries: retries) { signUp, _, _ in
      #expect(signUp.failure == nil)
      #expect(signUp.attempts >= 2)
    }
  }

  @Test func `The function's own timeout is a function error`() async throws {
    try await Self.signUp("sleep 60", timeout: .seconds(1)) { signUp, _, _ in
      #expect(
        signUp.failure?.message(of: .confirmSignUp).hasSuffix("Error: Task timed out after 1.00 seconds.") == true)
      #expect(signUp.attempts == 1)
    }
  }

  @Test func `The HTTP API waits no longer than its limit`() async throws {
    try await ScriptedFunction.with("sleep 60") { scripted in
      let api = HTTPAPI(
        limit: .milliseconds(300), function: scripted.function, authorizer: JWTAuthorizer(tokens: TokenIssuer()))
      let start = ContinuousClock.now
      let answer = try #require(await api.respond(to: HTTPCall(method: "GET", path: "/api/x")).response)
      #expect(start.duration(to: .now) < .seconds(10), "the function's own limit is thirty seconds")
      #expect(answer.status == 503)
      #expect(String(decoding: answer.body, as: UTF8.self) == #"{"message":"Service Unavailable"}"#)
    }
  }
}
