/// A Lambda function: execution environments that come and go with its invocations.
///
/// As with Lambda, an environment serves one invocation at a time, an idle one is used again, and another is started
/// when all are busy. Once there are as many as the function may have, invocations wait, first come, first served. See
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>.
///
/// With Managed Instances there is one environment, which serves several invocations at once; when it is given no more,
/// others are throttled: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html>.
public actor Function {
  /// What is set up once for a function.
  public struct Configuration: Sendable {
    /// The name, by which it is invoked.
    public var name: String
    /// Names beside `$LATEST` for the one version that there is.
    public var aliases: Set<String>
    /// The absolute path of the runtime's executable.
    public var bootstrap: String
    /// How long an invocation may take, counted from the moment the runtime has it.
    public var timeout: Duration
    /// The variables of the function's environment. With `AWS_LAMBDA_INITIALIZATION_TYPE=snap-start` snapshots are played.
    public var variables: [String: String]
    /// The caller's variables, some of which are handed on; see ``ExecutionEnvironment``.
    public var caller: [String: String]
    /// How many environments there may be at once on demand, at least 1.
    public var maximumEnvironments: Int
    /// With Managed Instances, how many invocations the one environment is given at once, at least 1; nil on demand.
    public var maximumConcurrency: Int?

    /// Sets a function up.
    public init(
      name: String, bootstrap: String, timeout: Duration, variables: [String: String] = [:],
      caller: [String: String] = [:], maximumEnvironments: Int = 4, maximumConcurrency: Int? = nil,
      aliases: Set<String> = []
    ) {
      self.name = name
      self.aliases = aliases
      self.bootstrap = bootstrap
      self.timeout = timeout
      self.variables = variables
      self.caller = caller
      self.maximumEnvironments = maximumEnvironments
      self.maximumConcurrency = maximumConcurrency
    }

    var arn: String { FunctionReference.arn(name: name) }
  }

  /// The most bytes of an event, and of a response that is no stream: 6 MiB and 100 bytes.
  public static let maximumPayloadBytes = 6_291_556

  /// The most bytes of an event that nobody waits for: 1 MB.
  static let maximumAsynchronousPayloadBytes = 1 << 20

  /// How an invocation went.
  struct Report: Equatable {
    let result: InvocationResult
    /// The last of what the function logged meanwhile, 4 KB at most. Lambda's own lines, START, END and REPORT, are not
    /// in it.
    var logTail: [UInt8] = []
  }

  private struct Job {
    let id: Int
    let requestID: String
    let request: InvocationRequest
    /// Where a streamed response goes; nil where the caller waits for all of it.
    let sink: ResponseSink?
  }

  /// What was set up.
  public nonisolated let configuration: Configuration
  private let onFailure: @Sendable (_ requestID: String, InvocationResult) -> Void
  private var callers: [Int: CheckedContinuation<Report, Never>] = [:]
  private(set) var jobCount = 0
  /// First come, first served.
  private var queue: [Job] = []
  /// How many invocations wait for an environment.
  var queuedJobCount: Int { queue.count }
  /// Environments without work, the one that was used last at the end.
  private var idle: [CheckedContinuation<Job?, Never>] = []
  private var environments: [Task<Void, Never>] = []
  private var isStopped = false

  /// Prepares a function; nothing is started yet.
  ///
  /// Every invocation that is not answered is told to `onFailure`, whether or not its caller still waits.
  public init(
    _ configuration: Configuration,
    onFailure: @escaping @Sendable (_ requestID: String, InvocationResult) -> Void = { _, _ in }
  ) {
    self.configuration = configuration
    self.onFailure = onFailure
  }

  /// Starts an environment ahead of the first event, and waits until it asks for one, as provisioned concurrency does:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>.
  ///
  /// - Returns: nil if it does; otherwise how its init ended.
  public func initialize() async -> InvocationResult? {
    guard !isStopped else { return .cancelled }
    return await withCheckedContinuation { starter in
      environments.append(Task { await self.runEnvironment(first: .initialization(starter)) })
    }
  }

  /// Invokes the function, and waits for how that ends.
  ///
  /// The request id is a new one unless given. Cancelling the task ends the waiting, but no invocation that has begun:
  /// as with Lambda, it runs on.
  @discardableResult
  public func invoke(_ payload: [UInt8], requestID: String? = nil) async -> InvocationResult {
    let request = InvocationRequest(payload: payload)
    return await report(of: request, requestID: requestID ?? .randomUUID()).result
  }

  /// Invokes the function like ``invoke(_:requestID:)``, and gives the response as it comes. Whoever hangs up breaks it
  /// off.
  public nonisolated func invokeWithResponseStream(_ payload: [UInt8], requestID: String? = nil) -> InvocationStream {
    responseStream(of: InvocationRequest(payload: payload), requestID: requestID ?? .randomUUID())
  }

  /// Invokes the function with a stream, with the function's own timeout.
  nonisolated func responseStream(of request: InvocationRequest, requestID: String) -> InvocationStream {
    InvocationStream { sink in
      let report = await self.report(of: request, requestID: requestID, into: sink)
      sink.logTail = report.logTail
      return report.result
    }
  }

  /// Invokes the function like ``invoke(_:requestID:)``, with the function's own timeout.
  func report(
    of request: InvocationRequest, requestID: String, into sink: ResponseSink? = nil
  ) async -> Report {
    guard !isStopped else { return Report(result: .cancelled) }
    var request = request
    request.timeout = configuration.timeout
    request.traceID = InvocationRequest.randomTraceID()
    request.requestID = requestID
    jobCount += 1
    let job = Job(id: jobCount, requestID: requestID, request: request, sink: sink)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        callers[job.id] = caller
        start(job)
      }
    } onCancel: {
      Task { await self.abandon(job.id) }
    }
  }

  /// Ends all environments: invocations end as cancelled, and so does every later one.
  public func stop() async {
    isStopped = true
    for job in queue { finish(job.id, Report(result: .cancelled)) }
    queue = []
    for waiting in idle { waiting.resume(returning: nil) }
    idle = []
    for environment in environments { environment.cancel() }
    for environment in environments { await environment.value }
  }

  private func start(_ job: Job) {
    if let environment = idle.popLast() {
      environment.resume(returning: job)
    } else if environments.count < (isManaged ? 1 : configuration.maximumEnvironments) {
      environments.append(Task { await self.runEnvironment(first: .invocation(job)) })
    } else {
      queue.append(job)
    }
  }

  private var isManaged: Bool { configuration.maximumConcurrency != nil }

  /// What an environment is started for.
  private enum Work {
    case initialization(CheckedContinuation<InvocationResult?, Never>)
    case invocation(Job)
  }

  private func runEnvironment(first: Work) async {
    var options = RuntimeAPI.Options()
    options.functionARN = configuration.arn
    options.recordsExchanges = false
    options.isSnapStart = configuration.variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    options.handler = configuration.variables["_HANDLER"] ?? options.handler
    options.maximumConcurrency = configuration.maximumConcurrency
    var next: Work? = first
    while let work = next {
      do {
        let api = try await RuntimeAPI.start(options: options)
        await serve(work, with: api)
        await api.stop()
        return
      } catch {
        let failure = InvocationResult.exited("could not be started: \(error.reason)")
        switch work {
        case .initialization(let starter): starter.resume(returning: failure)
        case .invocation(let job): end(job, Report(result: failure))
        }
        next = await nextJob().map { .invocation($0) }
      }
    }
  }

  /// The life of one environment, until the function is stopped.
  private func serve(_ first: Work, with api: RuntimeAPI) async {
    let environment = ExecutionEnvironment(
      bootstrap: configuration.bootstrap, runtimeAPI: api, functionName: configuration.name,
      caller: configuration.caller, configured: configuration.variables)
    await withDiscardingTaskGroup { group in
      var next: Work? = first
      while let work = next {
        // Of several at once, it is for the Runtime API to say how many.
        if isManaged {
          group.addTask { await self.run(work, in: environment) }
        } else {
          await run(work, in: environment)
        }
        next = await nextJob().map { .invocation($0) }
      }
    }
    await environment.end()
  }

  private func run(_ work: Work, in environment: ExecutionEnvironment) async {
    switch work {
    case .initialization(let starter): starter.resume(returning: await environment.initialize())
    case .invocation(let job):
      let result = await environment.invoke(job.request, into: job.sink)
      end(job, Report(result: result, logTail: await environment.logTail))
    }
  }

  private func nextJob() async -> Job? {
    if isStopped { return nil }
    if !queue.isEmpty { return queue.removeFirst() }
    return await withCheckedContinuation { idle.append($0) }
  }

  private func end(_ job: Job, _ report: Report) {
    switch report.result {
    case .response, .abandoned, .cancelled: break
    case .functionError, .initError, .initTimedOut, .timedOut, .exited, .throttled:
      onFailure(job.requestID, report.result)
    }
    finish(job.id, report)
  }

  /// The caller waits no more; an invocation that has not begun never will.
  private func abandon(_ id: Int) {
    queue.removeAll { $0.id == id }
    finish(id, Report(result: .cancelled))
  }

  private func finish(_ id: Int, _ report: Report) {
    callers.removeValue(forKey: id)?.resume(returning: report)
  }
}
