/// Cognito, as far as accounts go: the user pool, and its triggers after a confirmation and a sign-in.
actor Cognito {
  /// How Cognito calls a trigger: five seconds for each attempt, and a few of them. Their number is not documented any
  /// more; it used to be three.
  ///
  /// Only a call that took too long is made again; what the function answers, an error or not, is final:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
  struct RetryPolicy {
    var attemptLimit = Duration.seconds(5)
    var attempts = 3
  }

  /// A confirmation or a sign-in, of which the function was told.
  struct TriggerCall: Equatable {
    let user: PoolUser
    let source: Trigger.Source
    /// How often the function was invoked.
    let attempts: Int
    /// The id of the last invocation, by which its lines are found in the log.
    let requestID: String
    /// Nil where the function took the event.
    let failure: Trigger.Failure?
  }

  private let function: Function
  private let retries: RetryPolicy
  private var pool = UserPool()

  init(function: Function, retries: RetryPolicy = RetryPolicy()) {
    self.function = function
    self.retries = retries
  }

  var users: [PoolUser] { pool.users }

  func user(sub: Substring) throws(PoolError) -> PoolUser {
    try pool.user(sub: sub)
  }

  /// Signs somebody up and confirms them; that the trigger fails undoes neither.
  func signUp(_ request: SignUpRequest) async throws(PoolError) -> TriggerCall {
    await tell(of: try pool.signUp(request, sub: .randomUUID()), .confirmSignUp)
  }

  /// Gives somebody a new password, who has confirmed that they forgot theirs by the code that Cognito sent them.
  func confirmForgotPassword(sub: Substring) async throws(PoolError) -> TriggerCall {
    let user = try pool.user(sub: sub)
    guard user.email != nil else { throw .noVerifiedAddress }
    return await tell(of: user, .confirmForgotPassword)
  }

  /// Signs somebody in, who gets no tokens if the trigger fails.
  func signIn(sub: Substring) async throws(PoolError) -> TriggerCall {
    await tell(of: try pool.user(sub: sub), .signIn)
  }

  /// Deletes an account, as an administrator may. No trigger hears of it, and tokens stay good until they expire.
  func delete(sub: Substring) throws(PoolError) {
    try pool.delete(sub: sub)
  }

  private func tell(of user: PoolUser, _ source: Trigger.Source) async -> TriggerCall {
    let event = Trigger.event(for: user, source)
    var attempt = 0
    while true {
      attempt += 1
      let requestID = String.randomUUID()
      let result = await within(retries.attemptLimit) { [function] in
        await function.invoke(event, requestID: requestID)
      }
      if result == nil, attempt < retries.attempts { continue }
      let failure = Trigger.failure(result, requestID: requestID, timeout: function.configuration.timeout)
      return TriggerCall(user: user, source: source, attempts: attempt, requestID: requestID, failure: failure)
    }
  }
}
