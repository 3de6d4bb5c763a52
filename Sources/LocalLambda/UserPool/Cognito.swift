/// Cognito, as far as signing up goes: the user pool, and its post-confirmation trigger.
actor Cognito {
  /// How Cognito calls a trigger: five seconds for each attempt, and up to three.
  ///
  /// Only a call that took too long is made again; what the function answers, an error or not, is final:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
  struct Patience {
    var attemptLimit = Duration.seconds(5)
    var attempts = 3
  }

  /// A sign-up that went as far as the trigger.
  struct SignUp: Equatable {
    let user: PoolUser
    /// How often the function was invoked.
    let attempts: Int
    /// Nil where the function took the event.
    let failure: PostConfirmation.Failure?
  }

  private let function: Function
  private let patience: Patience
  private var pool = UserPool()

  init(function: Function, patience: Patience = Patience()) {
    self.function = function
    self.patience = patience
  }

  var users: [PoolUser] { pool.users }

  func user(sub: Substring) throws(PoolError) -> PoolUser {
    try pool.user(sub: sub)
  }

  /// Signs somebody up and confirms them; that the trigger fails undoes neither.
  func signUp(_ request: SignUpRequest) async throws(PoolError) -> SignUp {
    let user = try pool.signUp(request, sub: .randomUUID())
    let event = PostConfirmation.event(for: user)
    var attempt = 0
    while true {
      attempt += 1
      let requestID = String.randomUUID()
      let result = await within(patience.attemptLimit) { [function] in
        await function.invoke(event, requestID: requestID)
      }
      if result == nil, attempt < patience.attempts { continue }
      let failure = PostConfirmation.failure(
        result, requestID: requestID, timeout: function.configuration.timeout)
      return SignUp(user: user, attempts: attempt, failure: failure)
    }
  }
}
