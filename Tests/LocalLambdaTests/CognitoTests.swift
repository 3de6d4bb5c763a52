import Testing

@testable import LocalLambda

/// What the function is called with and what becomes of its answer, at each step of an account's life.
@Suite(.timeLimit(.minutes(3)))
struct CognitoTests {
  /// A pool with triggers before a function that does what a script says.
  private static func with(
    _ script: String, timeout: Duration = .seconds(30), triggers: Set<PoolTrigger> = .standard,
    retries: Cognito.RetryPolicy = Cognito.RetryPolicy(attemptLimit: .seconds(60)),
    _ test: (Cognito, ScriptedFunction) async throws -> Void
  ) async throws {
    // The source of each event is noted.
    let noting = #"echo "$event" | grep -o '"triggerSource":"[A-Za-z_]*' | cut -d'"' -f4 >>sources; "# + script
    try await ScriptedFunction.with(noting, timeout: timeout) { scripted in
      try await test(Cognito(function: scripted.function, retries: retries, triggers: triggers), scripted)
    }
  }

  private static func ann(password: String? = nil) throws -> NewAccount {
    var account = NewAccount(attributes: ["name": "Ann", "email": "a@example.com"])
    account.password = try password.map { try PasswordHash($0) }
    return account
  }

  private static func signUp(
    _ script: String, timeout: Duration = .seconds(30),
    retries: Cognito.RetryPolicy = Cognito.RetryPolicy(attemptLimit: .seconds(60)),
    _ check: (Cognito.Step, [PoolUser], ScriptedFunction) async throws -> Void
  ) async throws {
    try await with(script, timeout: timeout, retries: retries) { cognito, scripted in
      let signUp = await cognito.signUp(try ann(), confirms: true)
      try await check(signUp, await cognito.users, scripted)
    }
  }

  private static func failure(_ failure: Trigger.Failure) -> PoolError { .trigger(.confirmSignUp, failure) }

  @Test func `A function error is final, and the user stays`() async throws {
    try await Self.signUp(#"echo x >>seen; fail '{"errorMessage":"no row"}'"#) { signUp, users, scripted in
      #expect(signUp.failure == Self.failure(.functionError(message: "no row")))
      #expect(signUp.calls.last?.attempts == 1)
      #expect(scripted.lines(of: "seen").count == 1)
      #expect(users.map { $0 as PoolUser? } == [signUp.user])
    }
  }

  @Test func `A crash is a function error`() async throws {
    try await Self.signUp("exit 9") { signUp, users, _ in
      #expect(signUp.failure?.message.hasSuffix("Error: Runtime exited with status 9.") == true)
      #expect(signUp.calls.last?.attempts == 1)
      #expect(users.map { $0 as PoolUser? } == [signUp.user])
    }
  }

  @Test func `Three attempts that are too slow are all`() async throws {
    let retries = Cognito.RetryPolicy(attemptLimit: .milliseconds(300))
    try await Self.signUp(#"echo "$event" >>seen; sleep 60"#, retries: retries) { signUp, users, scripted in
      #expect(signUp.failure == Self.failure(.noResponse))
      #expect(signUp.calls.last?.attempts == 3)
      #expect(users.map { $0 as PoolUser? } == [signUp.user])
      // They overlap: each has an environment of its own.
      try await eventually("all have begun") { scripted.lines(of: "seen").count == 3 }
      #expect(Set(scripted.lines(of: "seen")).count == 1, "the event is the same")
    }
  }

  @Test(arguments: [1, 2]) func `The number of attempts is a setting`(attempts: Int) async throws {
    let retries = Cognito.RetryPolicy(attemptLimit: .milliseconds(300), attempts: attempts)
    try await Self.signUp("sleep 60", retries: retries) { signUp, _, _ in
      #expect(signUp.failure == Self.failure(.noResponse))
      #expect(signUp.calls.last?.attempts == attempts)
    }
  }

  @Test func `A second attempt may succeed`() async throws {
    let script = #"if mkdir first 2>/dev/null; then sleep 60; else answer "$event"; fi"#
    let retries = Cognito.RetryPolicy(attemptLimit: .seconds(1), attempts: 30)
    try await Self.signUp(script, retries: retries) { signUp, _, _ in
      #expect(signUp.failure == nil)
      #expect(signUp.calls.last.map { $0.attempts >= 2 } == true)
    }
  }

  @Test func `The function's own timeout is a function error`() async throws {
    try await Self.signUp("sleep 60", timeout: .seconds(1)) { signUp, _, _ in
      #expect(
        signUp.failure?.message.hasSuffix("Error: Task timed out after 1.00 seconds.") == true)
      #expect(signUp.calls.last?.attempts == 1)
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
