public import SystemPackage

/// A Lambda execution environment: one `bootstrap` process.
///
/// The process is started for the first invocation, or before it by ``initialize()``. One that ended is replaced by a
/// fresh one for the next invocation, as with Lambda:
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>. What its Runtime API is set up for is
/// what it plays:
///
/// - On demand, the process serves invocations one after the other, and one that did not respond in time is ended.
/// - With SnapStart the process waits in its snapshot from its init until the first invocation restores it.
/// - With Managed Instances it serves several at once, ``invoke(_:)`` being called as often as one likes, and goes on when
///   one takes too long: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html>.
public actor ExecutionEnvironment {
  private let runtimeAPI: RuntimeAPI
  private let bootstrap: String
  /// All variables of the process.
  nonisolated let variables: [String: String]
  /// Whether somebody else starts the process.
  private let isAttached: Bool
  private let initLimit: Duration
  private var process: RuntimeProcess?
  private let platformLog: PlatformLog
  /// When the process was started that has not asked for its first event yet.
  private var spawn: ContinuousClock.Instant?
  /// Nil where there can be none, or the process writes elsewhere.
  private let log: LogPipe?
  /// Where the process writes if there is no log.
  private let output: FileDescriptor
  /// Until when the process may be at the last invocation, which it is until it asks for the next event.
  private var limit = ContinuousClock.now
  /// The last change of the process that was begun; changes come one after the other.
  private var lastChange: Task<Void, Never>?

  /// Prepares an environment; nothing is started yet.
  ///
  /// - Parameters:
  ///   - bootstrap: the absolute path of the runtime's executable.
  ///   - runtimeAPI: serves this environment alone, and outlives it.
  ///   - functionName: what `AWS_LAMBDA_FUNCTION_NAME` and the log group say.
  ///   - caller: the caller's variables, of which `CONNECTION_URL`, `PG*` and `LD_LIBRARY_PATH` are handed on.
  ///   - configured: the variables of the function's configuration, which win over all but those that say where the
  ///     Runtime API is and what it is set up for.
  ///   - isAttached: whether no process is started or ended, because somebody else does, as in a debugger.
  ///   - initLimit: how long the process has until it asks for its first event; nil is Lambda's own: ten seconds on
  ///     demand, fifteen minutes with Managed Instances.
  ///   - output: where the process writes, and then no log is kept of its invocations; it has to be open as long as the
  ///     environment lives. Nil is a log that goes on to our standard error.
  public init(
    bootstrap: String, runtimeAPI: RuntimeAPI, functionName: String = "local", caller: [String: String] = [:],
    configured: [String: String] = [:], isAttached: Bool = false, initLimit: Duration? = nil,
    output: FileDescriptor? = nil
  ) {
    self.bootstrap = bootstrap
    self.isAttached = isAttached
    self.runtimeAPI = runtimeAPI
    self.initLimit = initLimit ?? (runtimeAPI.isManaged ? .seconds(900) : .seconds(10))
    log = isAttached || output != nil ? nil : LogPipe()
    self.output = output ?? .standardError
    variables = LambdaVariables.make(
      functionName: functionName, runtimeAPI: runtimeAPI.variables,
      taskRoot: FilePath(bootstrap).removingLastComponent().string, logStream: LambdaVariables.logStream(),
      caller: caller, configured: configured)
    platformLog = PlatformLog(
      memorySize: variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"].flatMap { Int($0) } ?? 128,
      isJSON: variables["AWS_LAMBDA_LOG_FORMAT"]?.lowercased() == "json")
  }

  deinit {
    process?.cancel()
  }

  /// Starts the process ahead of the first event, and waits until it asks for one, or waits in a snapshot.
  ///
  /// - Returns: nil if it does; otherwise how its init ended, and the next invocation gets a fresh process.
  public func initialize() async -> InvocationResult? {
    let process = await started()
    let failure = await runtimeAPI.initFailure()
    _ = endOfInitialization()
    if let failure, let process { await end(process, after: failure) }
    return failure
  }

  /// Runs one invocation in the process, which is started if there is none. Cancelling the task ends the invocation, and
  /// on demand the process, too.
  public func invoke(_ request: InvocationRequest) async -> InvocationResult {
    await record(of: request).result
  }

  /// Runs one invocation like ``invoke(_:)``, and gives the response as it comes. Whoever hangs up breaks the runtime's
  /// connection off, and the process goes on; before a stream has begun, that ends it on demand.
  public nonisolated func invokeWithResponseStream(_ request: InvocationRequest) -> InvocationStream {
    InvocationStream { sink in await self.record(of: request, into: sink).result }
  }

  /// Runs one invocation like ``invoke(_:)``, and tells all that is known of it.
  public func record(of request: InvocationRequest) async -> InvocationRecord {
    await record(of: request, into: nil)
  }

  func record(of request: InvocationRequest, into sink: ResponseSink?) async -> InvocationRecord {
    var request = request
    let requestID = request.requestID ?? .randomUUID()
    request.requestID = requestID
    var record = InvocationRecord(InvocationStart(requestID: requestID, payload: request.payload), .cancelled)
    record.platformLog = platformLog
    if !runtimeAPI.isManaged { await log?.begin() }
    let process = await started()
    // Ten seconds, as hooks have with Lambda: https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html
    if runtimeAPI.isSnapStart, await runtimeAPI.initFailure() == nil { await runtimeAPI.restore(limit: .seconds(10)) }
    if !runtimeAPI.isManaged {
      await runtimeAPI.nextCall()
      limit = .now + request.timeout
    }
    record.initialization = endOfInitialization()
    let end = await runtimeAPI.invoke(request, into: sink)
    record.result = end.result
    record.duration = end.duration
    record.maximumMemoryUsed = process?.maximumMemoryUsed
    if let process { await self.end(process, after: end.result, timeout: request.timeout) }
    record.log = await log?.end(of: runtimeAPI.isManaged ? requestID : nil) ?? []
    return record
  }

  /// How long the process has taken until now, if it has not been asked yet.
  private func endOfInitialization() -> Duration? {
    defer { spawn = nil }
    return spawn.map { .now - $0 }
  }

  /// What the process, and all that it has started, have used so far; nil where there is none.
  public var usage: ProcessUsage? { process?.usage }

  /// Kills the process as it is, as Lambda does with one that is out of memory, and waits until it is gone; what it is at
  /// fails.
  func kill() async {
    await process?.kill()
  }

  /// Ends the process as Lambda does, and waits until it is gone: with SIGKILL, and before it, where the runtime has
  /// registered an extension, with SIGTERM and 500 ms (Managed Instances: 600 ms) to come to an end.
  public func end() async {
    await change { await $0.endProcess() }
  }

  /// The process, which is started if there is none, or if it has ended since the last invocation; nil where somebody else
  /// starts it.
  private func started() async -> RuntimeProcess? {
    if isAttached { return nil }
    return await change { environment in
      if let process = environment.process {
        if await environment.isUsable() { return process }
        await environment.endProcess()
      }
      return await environment.startProcess()
    }
  }

  /// Whether the process is there for another event: one that ends after its response would lose it. As on Lambda, what
  /// the process does after its response has no more time than the invocation.
  private func isUsable() async -> Bool {
    if !runtimeAPI.isManaged {
      guard await runtimeAPI.nextCall(within: ContinuousClock.now.duration(to: limit)) else { return Task.isCancelled }
    }
    return await !runtimeAPI.isRuntimeGone
  }

  private func startProcess() async -> RuntimeProcess {
    await runtimeAPI.reset(initLimit: initLimit)
    spawn = .now
    let process = RuntimeProcess(
      path: bootstrap, variables: variables, output: log?.writeEnd ?? output
    ) { [runtimeAPI] in await runtimeAPI.runtimeExited($0) }
    self.process = process
    return process
  }

  /// Ends a process that is of no use any more after how its init, or an invocation with this timeout, ended.
  private func end(_ process: RuntimeProcess, after result: InvocationResult, timeout: Duration = .zero) async {
    let delay: Duration
    switch result {
    case .response, .functionError, .throttled: return
    // It is told by its connection; if it does not come to an end in its time, it never will.
    case .abandoned where !runtimeAPI.isManaged:
      if await runtimeAPI.nextCall(within: timeout) { return }
      delay = .zero
    // Others may run in it.
    case .abandoned,
      .timedOut where runtimeAPI.isManaged, .cancelled where runtimeAPI.isManaged:
      return
    // It is about to exit by itself, and may have something to log before.
    case .initError: delay = .milliseconds(500)
    case .initTimedOut, .timedOut, .exited, .cancelled: delay = .zero
    }
    await change { environment in
      // Somebody else may have seen its end before.
      if environment.process === process { await environment.endProcess(after: delay) }
    }
  }

  private func endProcess(after delay: Duration = .zero) async {
    await process?.end(after: delay, grace: runtimeAPI.shutdownTime)
    process = nil
    // Its last words come before whatever is said of it.
    await log?.drain()
  }

  /// Makes a change once those that were begun before have come to their end: the end of one process must not be taken
  /// for that of the next.
  private func change<Value: Sendable>(
    _ body: @escaping @Sendable (isolated ExecutionEnvironment) async -> Value
  ) async -> Value {
    let previous = lastChange
    let change = Task {
      await previous?.value
      return await body(self)
    }
    lastChange = Task { _ = await change.value }
    return await withTaskCancellationHandler {
      await change.value
    } onCancel: {
      change.cancel()
    }
  }
}
