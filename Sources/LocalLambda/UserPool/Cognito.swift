import JSON

/// Cognito, as far as accounts go: the user pool, its triggers, its tokens, and where they are kept. What people and
/// administrators do is in extensions; here is what all of that shares.
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

  /// A trigger that was called.
  struct TriggerCall: Equatable {
    let source: Trigger.Source
    /// How often the function was invoked.
    let attempts: Int
    /// The id of the last invocation, by which its lines are found in the log.
    let requestID: String
  }

  /// What would be sent by mail, which is shown here instead.
  struct Delivery: Equatable {
    /// The address as Cognito shows it to whoever asked, as `a***@e***`.
    let destination: String
    let message: Message
  }

  /// What came of a step of somebody's.
  struct Step {
    /// The account, if there is one by now.
    var user: PoolUser?
    /// The triggers that were called, in their order.
    var calls: [TriggerCall] = []
    var delivery: Delivery?
    /// What an administrator gave.
    var temporaryPassword: String?
    /// Whether the user has to set a password of their own to go on.
    var isNewPasswordRequired = false
    var tokens: Tokens?
    /// Nil where all went well. A failing trigger after a confirmation does not undo it.
    var failure: PoolError?
  }

  struct Tokens: Equatable {
    let id: String
    let access: String
    let refresh: String
  }

  private let function: Function
  private let retries: RetryPolicy
  private let triggers: Set<PoolTrigger>
  private let stateFile: StateFile?
  nonisolated let tokens: TokenIssuer
  private(set) var pool: UserPool

  init(
    function: Function, retries: RetryPolicy = RetryPolicy(), triggers: Set<PoolTrigger> = .standard,
    stateFile: StateFile? = nil
  ) {
    self.function = function
    self.retries = retries
    self.triggers = triggers
    self.stateFile = stateFile
    tokens = TokenIssuer(key: stateFile?.state?.key)
    pool = stateFile?.state?.pool ?? UserPool()
  }

  var users: [PoolUser] { pool.users }

  /// Takes a step, and keeps what came of it, whether or not it fails.
  func step(_ work: (inout Step) async throws(PoolError) -> Void) async -> Step {
    var step = Step()
    do throws(PoolError) { try await work(&step) } catch { step.failure = error }
    // As it is now.
    if let user = step.user { step.user = (try? pool.user(user.sub)) ?? user }
    return step
  }

  /// Changes the accounts, and stores them; what a refusal has changed, such as a count of wrong codes, as well.
  ///
  /// - Throws: What `work` throws; ``PoolError/notStored(_:)``, and then nothing has changed.
  func change<Value>(_ work: (inout UserPool) throws(PoolError) -> Value) throws(PoolError) -> Value {
    var changed = pool
    let result: Result<Value, PoolError>
    do throws(PoolError) { result = .success(try work(&changed)) } catch { result = .failure(error) }
    if changed != pool {
      do { try stateFile?.save(PoolState(key: tokens.key, pool: changed)) } catch {
        throw .notStored("\(error)")
      }
      pool = changed
    }
    return try result.get()
  }

  /// Calls a trigger, if the pool has it.
  ///
  /// - Returns: What it says; nil where the pool does not have it.
  /// - Throws: ``PoolError/trigger(_:_:)``.
  @discardableResult
  func call(_ event: TriggerEvent, in step: inout Step) async throws(PoolError) -> TriggerResponse? {
    guard let version = event.source.version(in: triggers) else { return nil }
    var event = event
    event.version = version
    let bytes = event.json()
    var attempt = 0
    while true {
      attempt += 1
      let requestID = String.randomUUID()
      let result = await within(retries.attemptLimit) { [function] in
        await function.invoke(bytes, requestID: requestID)
      }
      if result == nil, attempt < retries.attempts { continue }
      step.calls.append(TriggerCall(source: event.source, attempts: attempt, requestID: requestID))
      return try of(event.source) { () throws(Trigger.Failure) in
        try TriggerResponse(result, requestID: requestID, timeout: function.configuration.timeout)
      }
    }
  }

  /// Says of which trigger a failure is.
  func of<Value>(
    _ source: Trigger.Source, _ work: () throws(Trigger.Failure) -> Value
  ) throws(PoolError) -> Value {
    do throws(Trigger.Failure) { return try work() } catch { throw .trigger(source, error) }
  }

  /// Makes tokens, changed as a trigger says.
  func issueTokens(
    to user: PoolUser, _ source: Trigger.Source, clientMetadata: JSONValue? = nil, in step: inout Step
  ) async throws(PoolError) {
    var event = TriggerEvent(source, of: user)
    event.clientMetadata = clientMetadata
    let version = source.version(in: triggers) ?? 1
    let response = try await call(event, in: &step)
    let changes = try of(source) { () throws(Trigger.Failure) in try response?.claims(version: version) }
    let now = Self.now
    step.tokens = Tokens(
      id: tokens.issue(.id, for: user, at: now, changes: changes ?? TokenChanges()),
      access: tokens.issue(.access, for: user, at: now, changes: changes ?? TokenChanges()),
      refresh: tokens.issue(.refresh, for: user, at: now))
  }

  /// In seconds since the Unix epoch.
  static var now: Int64 { millisecondsSinceEpoch() / 1000 }
}

extension Set<PoolTrigger> {
  /// Those that the stack of this repository sets.
  public static var standard: Set<PoolTrigger> { [.postConfirmation, .postAuthentication] }
}
