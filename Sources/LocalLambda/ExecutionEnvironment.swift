import SystemPackage

/// A Lambda execution environment: one `bootstrap` process, which serves invocations one after the other.
///
/// The process is started for the first invocation, or before it by ``initialize()``. One that ended, or did not answer
/// in time, is replaced by a fresh one for the next invocation, as with Lambda:
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>.
public struct ExecutionEnvironment: ~Copyable {
  private let runtimeAPI: RuntimeAPI
  private let bootstrap: String
  private let variables: [String: String]
  private let initLimit: Duration
  private var process: RuntimeProcess?
  /// Nil where there can be none: then the process writes to our standard error itself.
  private let log: LogPipe?
  /// The last of the log of the last invocation, 4 KB at most.
  private(set) var logTail: [UInt8] = []

  /// Prepares an environment; nothing is started yet.
  ///
  /// - Parameters:
  ///   - bootstrap: the absolute path of the runtime's executable.
  ///   - runtimeAPI: serves this environment alone, and outlives it.
  ///   - functionName: what `AWS_LAMBDA_FUNCTION_NAME` and the log group say.
  ///   - caller: the caller's variables, of which `CONNECTION_URL`, `PG*` and `LD_LIBRARY_PATH` are handed on.
  ///   - configured: the variables of the function's configuration, which win over all but `AWS_LAMBDA_RUNTIME_API`.
  ///   - initLimit: how long the process has until it asks for its first event: ten seconds with Lambda.
  public init(
    bootstrap: String, runtimeAPI: RuntimeAPI, functionName: String = "local", caller: [String: String] = [:],
    configured: [String: String] = [:], initLimit: Duration = .seconds(10)
  ) {
    self.bootstrap = bootstrap
    self.runtimeAPI = runtimeAPI
    self.initLimit = initLimit
    log = LogPipe()
    variables = LambdaVariables.make(
      functionName: functionName, endpoint: runtimeAPI.endpoint,
      taskRoot: FilePath(bootstrap).removingLastComponent().string, logStream: LambdaVariables.logStream(),
      caller: caller, configured: configured)
  }

  deinit {
    process?.cancel()
  }

  /// Starts the process ahead of the first event, and waits until it asks for one.
  ///
  /// - Returns: nil if it does; otherwise how its init ended, and the next invocation gets a fresh process.
  public mutating func initialize() async -> InvocationResult? {
    await start()
    let failure = await runtimeAPI.initFailure()
    if let failure { await clear(after: failure) }
    return failure
  }

  /// Runs one invocation in the process, which is started if there is none. Cancelling the task ends both.
  public mutating func invoke(_ request: InvocationRequest) async -> InvocationResult {
    await log?.begin()
    await start()
    let result = await runtimeAPI.invoke(request)
    await clear(after: result)
    logTail = await log?.end() ?? []
    return result
  }

  private mutating func start() async {
    // It may have ended since the last invocation, whose response was given.
    if process != nil, await runtimeAPI.isRuntimeGone { await end() }
    guard process == nil else { return }
    await runtimeAPI.reset(initLimit: initLimit)
    process = RuntimeProcess(
      path: bootstrap, variables: variables, output: log?.writeEnd ?? .standardError
    ) { [runtimeAPI] in await runtimeAPI.runtimeExited($0) }
  }

  /// Ends the process where it is of no use any more.
  private mutating func clear(after result: InvocationResult) async {
    switch result {
    case .response, .functionError, .throttled: break
    // It is about to exit by itself, and may have something to log before.
    case .initError: await end(after: .milliseconds(500))
    case .initTimedOut, .timedOut, .exited, .cancelled: await end()
    }
  }

  /// Ends the process with SIGTERM, and SIGKILL half a second later, and waits until it is gone.
  public mutating func end() async {
    await end(after: .zero)
  }

  private mutating func end(after delay: Duration) async {
    await process?.end(after: delay)
    process = nil
    // Its last words come before whatever is said of it.
    await log?.drain()
  }
}
