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

  private struct Job {
    let id: Int
    let start: InvocationStart
    let request: InvocationRequest
    /// Where a streamed response goes; nil where the caller waits for all of it.
    let sink: ResponseSink?
    let time = ContinuousClock.now
  }

  /// Whoever waits for an invocation's end.
  private struct Caller {
    let start: InvocationStart
    let continuation: CheckedContinuation<InvocationRecord, Never>
  }

  /// What was set up.
  public nonisolated let configuration: Configuration
  private let onProgress: @Sendable (InvocationProgress) -> Void
  private var callers: [Int: Caller] = [:]
  private(set) var jobCount = 0
  /// First come, first served.
  private var queue: [Job] = []
  /// How many invocations wait for an environment.
  var queuedJobCount: Int { queue.count }
  /// Environments without work, the one that was used last at the end.
  private var idle: [CheckedContinuation<Job?, Never>] = []
  private var environments: [Int: Environment] = [:]
  private var environmentCount = 0
  /// Environments of an earlier one take no more work.
  private var generation = 0
  private var isAttached = false
  private var isStopped = false

  private struct Environment {
    let generation: Int
    let life: Task<Void, Never>
    /// Nil until it has a Runtime API.
    var environment: ExecutionEnvironment?
  }

  /// Prepares a function; nothing is started yet.
  ///
  /// `onProgress` is told of the beginning and the end of each invocation, whether or not its caller still waits. It must
  /// not take long.
  public init(
    _ configuration: Configuration, onProgress: @escaping @Sendable (InvocationProgress) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.onProgress = onProgress
  }

  /// Starts an environment ahead of the first event, and waits until it asks for one, as provisioned concurrency does:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>.
  ///
  /// - Returns: nil if it does; otherwise how its init ended.
  public func initialize() async -> InvocationResult? {
    guard !isStopped else { return .cancelled }
    return await withCheckedContinuation { addEnvironment(for: .initialization($0)) }
  }

  /// Waits for a process that somebody else starts, as in a debugger, instead of starting any: before the first event, and
  /// once. When one ends, what it was at fails, and the next may be started.
  ///
  /// The Runtime API listens on a port of 127.0.0.1; 0 is any that is free.
  ///
  /// - Returns: the environment variables that such a process needs.
  /// - Throws: ``PortError`` where the port cannot be listened on.
  public func attach(port: Int) async throws(PortError) -> [String: String] {
    var options = runtimeOptions
    options.port = port
    options.isAttached = true
    isAttached = true
    let api = try await RuntimeAPI.start(options: options)
    let environment = makeEnvironment(api)
    environmentCount += 1
    let number = environmentCount
    environments[number] = Environment(
      generation: generation,
      life: Task {
        await self.serve(await self.nextJob(0), in: environment)
        await api.stop()
        self.environments[number] = nil
      }, environment: environment)
    return environment.variables
  }

  /// Takes the executable anew, because there is another one under its path: an environment is started with it, and once
  /// that asks for an event, those before it get no more of them and end when they are done. If it does not, all stays as
  /// it is.
  ///
  /// - Returns: nil if it does; otherwise how its init ended.
  public func replace() async -> InvocationResult? {
    guard !isStopped else { return .cancelled }
    return await withCheckedContinuation { addEnvironment(for: .initialization($0), generation: generation + 1) }
  }

  /// Kills every process as it is, as Lambda does with one that is out of memory, and waits until they are gone. What they
  /// are at fails, and the next invocations get fresh ones.
  public func kill() async {
    for environment in environments.values { await environment.environment?.kill() }
  }

  /// Invokes the function, and waits for how that ends.
  ///
  /// The request id is a new one unless given. Cancelling the task ends the waiting, but no invocation that has begun:
  /// as with Lambda, it runs on.
  @discardableResult
  public func invoke(_ payload: [UInt8], requestID: String? = nil) async -> InvocationResult {
    let request = InvocationRequest(payload: payload)
    return await record(of: request, requestID: requestID ?? .randomUUID()).result
  }

  /// Invokes the function like ``invoke(_:requestID:)``, and gives the response as it comes. Whoever hangs up breaks it
  /// off.
  public nonisolated func invokeWithResponseStream(_ payload: [UInt8], requestID: String? = nil) -> InvocationStream {
    responseStream(of: InvocationRequest(payload: payload), requestID: requestID ?? .randomUUID())
  }

  /// Invokes the function with a stream, with the function's own timeout.
  nonisolated func responseStream(of request: InvocationRequest, requestID: String) -> InvocationStream {
    InvocationStream { sink in
      let record = await self.record(of: request, requestID: requestID, into: sink)
      sink.logTail = record.logTail
      return record.result
    }
  }

  /// Invokes the function like ``invoke(_:requestID:)``, with the function's own timeout.
  func record(
    of request: InvocationRequest, requestID: String, into sink: ResponseSink? = nil
  ) async -> InvocationRecord {
    let start = InvocationStart(requestID: requestID, payload: request.payload)
    guard !isStopped else { return InvocationRecord(start, .cancelled) }
    var request = request
    request.timeout = configuration.timeout
    request.traceID = InvocationRequest.randomTraceID()
    request.requestID = requestID
    jobCount += 1
    let job = Job(id: jobCount, start: start, request: request, sink: sink)
    onProgress(.began(start))
    return await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        callers[job.id] = Caller(start: start, continuation: caller)
        self.start(job)
      }
    } onCancel: {
      Task { await self.abandon(job.id) }
    }
  }

  /// Ends all environments: invocations end as cancelled, and so does every later one.
  public func stop() async {
    isStopped = true
    for job in queue { end(job, .cancelled) }
    queue = []
    dismissIdle()
    let environments = environments.values
    for environment in environments { environment.life.cancel() }
    for environment in environments { await environment.life.value }
  }

  private func dismissIdle() {
    for waiting in idle { waiting.resume(returning: nil) }
    idle = []
  }

  private func start(_ job: Job) {
    if let environment = idle.popLast() {
      environment.resume(returning: job)
    } else {
      queue.append(job)
      addEnvironments()
    }
  }

  /// Starts environments for those that wait, as many as there may be. What is of another generation does not count: it
  /// takes no more work, or may never be up.
  private func addEnvironments() {
    while !queue.isEmpty, environments.values.count(where: { $0.generation == generation }) < maximumEnvironments {
      addEnvironment(for: .invocation(queue.removeFirst()))
    }
  }

  private var isManaged: Bool { configuration.maximumConcurrency != nil }

  /// How many are started; what is attached is for others to start.
  private var maximumEnvironments: Int { isAttached ? 0 : isManaged ? 1 : configuration.maximumEnvironments }

  /// What an environment is started for.
  private enum Work {
    case initialization(CheckedContinuation<InvocationResult?, Never>)
    case invocation(Job)
  }

  private func addEnvironment(for work: Work, generation: Int? = nil) {
    let generation = generation ?? self.generation
    environmentCount += 1
    let number = environmentCount
    environments[number] = Environment(
      generation: generation,
      life: Task {
        await self.runEnvironment(number, generation, first: work)
        self.environments[number] = nil
      })
  }

  private var runtimeOptions: RuntimeAPI.Options {
    var options = RuntimeAPI.Options()
    options.functionARN = configuration.arn
    options.recordsExchanges = false
    options.isSnapStart = configuration.variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    options.handler = configuration.variables["_HANDLER"] ?? options.handler
    options.maximumConcurrency = configuration.maximumConcurrency
    return options
  }

  private func makeEnvironment(_ api: RuntimeAPI) -> ExecutionEnvironment {
    ExecutionEnvironment(
      bootstrap: configuration.bootstrap, runtimeAPI: api, functionName: configuration.name,
      caller: configuration.caller, configured: configuration.variables, isAttached: isAttached)
  }

  private func runEnvironment(_ number: Int, _ generation: Int, first: Work) async {
    var next: Work? = first
    while let work = next {
      do {
        let api = try await RuntimeAPI.start(options: runtimeOptions)
        let environment = makeEnvironment(api)
        environments[number]?.environment = environment
        let job = await firstJob(of: work, in: environment, generation)
        await serve(job, in: environment, generation)
        await api.stop()
        return
      } catch {
        let failure = InvocationResult.exited("could not be started: \(error.reason)")
        switch work {
        case .initialization(let starter): starter.resume(returning: failure)
        case .invocation(let job): end(job, failure)
        }
        guard generation <= self.generation else { return }
        next = await nextJob(generation).map { .invocation($0) }
      }
    }
  }

  /// The first job of an environment, which may have to be up before it gets one.
  private func firstJob(of work: Work, in environment: ExecutionEnvironment, _ generation: Int) async -> Job? {
    switch work {
    case .invocation(let job): job
    case .initialization(let starter):
      await initialize(environment, generation, starter) ? await nextJob(generation) : nil
    }
  }

  /// The life of one environment, until the function is stopped, or has a later generation.
  private func serve(_ firstJob: Job?, in environment: ExecutionEnvironment, _ generation: Int = 0) async {
    await withDiscardingTaskGroup { group in
      var next = firstJob
      while let job = next {
        // Of several at once, it is for the Runtime API to say how many.
        if isManaged {
          group.addTask { await self.run(job, in: environment) }
        } else {
          await run(job, in: environment)
        }
        next = await nextJob(generation)
      }
    }
    await environment.end()
  }

  /// Whether an environment may have work after its init: one that should have replaced others, and failed, may not.
  private func initialize(
    _ environment: ExecutionEnvironment, _ generation: Int, _ starter: CheckedContinuation<InvocationResult?, Never>
  ) async -> Bool {
    let failure = await environment.initialize()
    defer { starter.resume(returning: failure) }
    guard generation > self.generation else { return true }
    guard failure == nil else { return false }
    self.generation = generation
    dismissIdle()
    return true
  }

  private func run(_ job: Job, in environment: ExecutionEnvironment) async {
    let waited = ContinuousClock.now - job.time
    var record = await environment.record(of: job.request, into: job.sink)
    record.start = job.start
    record.waited = waited
    end(job, record)
  }

  private func nextJob(_ generation: Int) async -> Job? {
    if isStopped || generation < self.generation { return nil }
    if !queue.isEmpty {
      // The first environment of a generation takes one; the others need more of them.
      defer { addEnvironments() }
      return queue.removeFirst()
    }
    return await withCheckedContinuation { idle.append($0) }
  }

  private func end(_ job: Job, _ result: InvocationResult) {
    end(job, InvocationRecord(job.start, result))
  }

  private func end(_ job: Job, _ record: InvocationRecord) {
    onProgress(.ended(record))
    callers.removeValue(forKey: job.id)?.continuation.resume(returning: record)
  }

  /// The caller waits no more; an invocation that has not begun never will.
  private func abandon(_ id: Int) {
    if let index = queue.firstIndex(where: { $0.id == id }) { return end(queue.remove(at: index), .cancelled) }
    guard let caller = callers.removeValue(forKey: id) else { return }
    caller.continuation.resume(returning: InvocationRecord(caller.start, .cancelled))
  }
}
