import SystemPackage

/// A Lambda execution environment: one `bootstrap` process, which serves invocations one after the other.
///
/// The process is started for the first invocation. One that ended, or did not answer in time, is replaced by a fresh
/// one for the next invocation, as with Lambda:
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>.
public struct ExecutionEnvironment: ~Copyable {
  private let runtimeAPI: RuntimeAPI
  private let bootstrap: String
  private let variables: [String: String]
  private let initLimit: Duration
  private var process: RuntimeProcess?

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
    variables = LambdaVariables.make(
      functionName: functionName, endpoint: runtimeAPI.endpoint,
      taskRoot: FilePath(bootstrap).removingLastComponent().string, logStream: LambdaVariables.logStream(),
      caller: caller, configured: configured)
  }

  deinit {
    process?.cancel()
  }

  /// Runs one invocation in the process, which is started if there is none. Cancelling the task ends both.
  public mutating func invoke(_ request: InvocationRequest) async -> InvocationResult {
    // It may have ended since the last invocation, whose answer was given.
    if process != nil, await runtimeAPI.isRuntimeGone { await end() }
    if process == nil {
      await runtimeAPI.reset(initLimit: initLimit)
      process = RuntimeProcess(path: bootstrap, variables: variables) { [runtimeAPI] in
        await runtimeAPI.runtimeExited($0)
      }
    }
    let result = await runtimeAPI.invoke(request)
    switch result {
    case .response, .functionError: break
    // It is about to exit by itself, and may have something to log before.
    case .initError: await end(after: .milliseconds(500))
    case .initTimedOut, .timedOut, .exited, .cancelled: await end()
    }
    return result
  }

  /// Ends the process with SIGTERM, and SIGKILL half a second later, and waits until it is gone.
  public mutating func end() async {
    await end(after: .zero)
  }

  private mutating func end(after patience: Duration) async {
    await process?.end(after: patience)
    process = nil
  }
}
