/// The Lambda Runtime API on loopback, as strict as AWS's, for one runtime, and with it the Extensions API.
///
/// It listens from ``start(options:)`` to ``stop()``. Whoever invokes waits until a runtime, in this process or
/// another, has asked for the event and answered it, or until one of them has given up. See
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
public final class RuntimeAPI: Sendable {
  /// What may differ from one Runtime API to another.
  public struct Options: Sendable {
    /// The port on 127.0.0.1; 0 is any that is free.
    public var port = 0
    /// The most bytes a post may have: 6 MiB and 100 bytes with Lambda.
    public var maximumResponseBytes = Function.maximumPayloadBytes
    /// The most bytes of a response that is given on as a stream: 200 MiB with Lambda. Where the caller waits for all of
    /// it, ``maximumResponseBytes`` is the limit.
    public var maximumStreamBytes = 200 << 20
    /// What `Lambda-Runtime-Invoked-Function-Arn` says.
    public var functionARN = "arn:aws:lambda:us-east-1:123456789012:function:local"
    /// What the function's configuration calls its handler, which extensions are told.
    public var handler = "bootstrap"
    /// Whether the runtime may have a snapshot taken of it, as with SnapStart: then it waits in `/restore/next` until
    /// ``RuntimeAPI/restore(limit:)``.
    public var isSnapStart = false
    /// Whether somebody else starts the runtimes, as in a debugger, one after the other: when the connection of one is
    /// gone, what it was at fails, and the next begins anew.
    public var isAttached = false
    /// Whether each hand-out of an event has a `Lambda-Runtime-Invocation-Id` of its own; Lambda's had none before July
    /// 2026.
    public var sendsInvocationID = true
    /// With Managed Instances, how many invocations the runtime is given at once, at least 1; nil on demand, where it is
    /// given one after the other. See
    /// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html>.
    public var maximumConcurrency: Int?
    /// Whether ``RuntimeAPI/exchanges`` are kept, which takes memory for each request.
    public var recordsExchanges = true
    /// Told of each response that has gone out, as it must not take long; nil: nobody is.
    public var onCall: (@Sendable (CallTimes) -> Void)?

    /// The options that are Lambda's own.
    public init() {}
  }

  /// What a runtime expects in `AWS_LAMBDA_RUNTIME_API`: `127.0.0.1:PORT`.
  public let endpoint: String
  /// What a runtime of this Runtime API needs to know in its environment.
  let variables: [String: String]
  /// Whether it plays Managed Instances.
  let isManaged: Bool
  /// Whether it plays SnapStart.
  let isSnapStart: Bool
  private let broker: RuntimeBroker
  private let server: HTTPServer

  private init(broker: RuntimeBroker, server: HTTPServer, rules: RuntimeState.Rules) {
    endpoint = "127.0.0.1:\(server.port)"
    var variables = ["AWS_LAMBDA_RUNTIME_API": endpoint]
    if let workers = rules.maximumConcurrency {
      variables["AWS_LAMBDA_MAX_CONCURRENCY"] = String(workers)
      variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
      variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "lambda-managed-instances"
    }
    if rules.isSnapStart { variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "snap-start" }
    self.variables = variables
    isManaged = rules.maximumConcurrency != nil
    isSnapStart = rules.isSnapStart
    self.broker = broker
    self.server = server
  }

  /// Starts a Runtime API, which listens when this returns. End it with ``stop()``.
  ///
  /// - Throws: ``PortError`` where the port cannot be listened on.
  public static func start(options: Options = Options()) async throws(PortError) -> RuntimeAPI {
    var rules = RuntimeState.Rules(
      functionARN: options.functionARN, handler: options.handler, isSnapStart: options.isSnapStart,
      isAttached: options.isAttached, maximumConcurrency: options.maximumConcurrency.map { max(1, $0) })
    if !options.sendsInvocationID { rules.invocationID = { _ in nil } }
    let broker = RuntimeBroker(rules: rules, options: options)
    // An X-Ray error cause is a header, and may have nearly a mebibyte.
    var limits = HTTPServer.Limits(maximumHeadBytes: 2 << 20, maximumBodyBytes: options.maximumResponseBytes)
    // Each worker keeps one, and may lose one that is not known to be lost yet.
    limits.maximumConnections += 2 * (rules.maximumConcurrency ?? 0)
    let watcher = options.onCall.map { onCall in { @Sendable in onCall(CallTimes($0)) } }
    let server = try HTTPServer.start(
      port: options.port, limits: limits, streams: RuntimeCall.isStream, watcher: watcher, answer: broker.serve)
    return RuntimeAPI(broker: broker, server: server, rules: rules)
  }

  /// Stops listening: invocations end as cancelled, a runtime that waits for an event is told to exit (500), and its
  /// connections are closed.
  public func stop() async {
    broker.handle(.stop)
    await server.stop()
  }

  /// Queues an event, first come, first served, and waits for how its invocation ends: with Managed Instances at once as
  /// throttled, where as many are there as the runtime is given. Cancelling the task ends it as cancelled.
  public func invoke(_ request: InvocationRequest) async -> InvocationResult {
    await broker.invoke(request, into: nil).result
  }

  /// Queues an event like ``invoke(_:)``, and gives the response as it comes.
  public func invokeWithResponseStream(_ request: InvocationRequest) -> InvocationStream {
    InvocationStream { [broker] sink in await broker.invoke(request, into: sink).result }
  }

  func invoke(_ request: InvocationRequest, into sink: ResponseSink?) async -> BrokeredInvocation {
    await broker.invoke(request, into: sink)
  }

  /// Prepares for a new runtime, whose init begins now; an invocation that runs ends as cancelled, those that are
  /// queued wait on.
  ///
  /// - Parameter initLimit: how long the new runtime has to ask for its first event; nil: as long as it takes.
  public func reset(initLimit: Duration? = nil) async {
    broker.handle(.reset(initLimit: initLimit))
  }

  /// Whether the runtime waits in `/restore/next`, as in a snapshot.
  public var holdsSnapshot: Bool {
    get async { broker.state.holdsSnapshot }
  }

  /// Lets a runtime go on that waits in a snapshot; if none does, nothing.
  ///
  /// - Parameter limit: how long it has to ask for its first event; nil: as long as it takes.
  public func restore(limit: Duration? = nil) async {
    broker.handle(.restore(limit: limit))
  }

  /// Waits until the runtime has asked for its first event, or to be restored, which is nil, or has failed to, which is
  /// how. Cancelling the task ends the waiting as cancelled.
  public func initFailure() async -> InvocationResult? {
    await broker.initFailure()
  }

  /// Takes note that the runtime's process ended: every invocation ends so, until ``reset(initLimit:)``.
  ///
  /// - Parameter reason: a phrase such as "exited with status 1".
  public func runtimeExited(_ reason: String) async {
    broker.handle(.exited(reason))
  }

  /// Whether the runtime has ended, or could not start: every invocation ends so, until ``reset(initLimit:)``.
  var isRuntimeGone: Bool {
    get async { if case .failed = broker.state.phase { true } else { false } }
  }

  /// How long the runtime's process has between SIGTERM and SIGKILL, as Lambda's own does where it has registered an
  /// extension; nil where it has not, and there is no SIGTERM:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown>.
  var shutdownTime: Duration? {
    get async { broker.state.extensions.isEmpty ? nil : .milliseconds(isManaged ? 600 : 500) }
  }

  /// How many calls of `/next` wait for an event.
  public var waitingCalls: Int {
    get async { broker.state.waiting.count }
  }

  /// Waits until the runtime asks for an event or to be restored, or is gone; false if the limit passes first.
  @discardableResult
  func nextCall(within limit: Duration? = nil) async -> Bool {
    await broker.nextCall(within: limit)
  }

  /// Commits a fault on calls that are still to come, after those that were asked for before. A call that waits already
  /// is not one of them.
  public func inject(_ fault: Fault) async {
    broker.inject(fault)
  }

  /// Every request received so far, in the order in which they arrived; none if they are not recorded.
  public var exchanges: [Exchange] {
    get async { broker.exchanges }
  }

  /// The error that the runtime reported during init, if it did.
  public var initError: ReportedError? {
    get async { broker.state.initError }
  }
}

/// When a call of the runtime came, and its response went out: what lies between is the Runtime API's own, or that
/// there was no event.
public struct CallTimes: Sendable, Equatable {
  /// The call; nil of one that there is none of.
  public let route: Route?
  /// The HTTP status of the response.
  public let status: Int
  /// The invocation that the call is about: whose event is handed out, or which is responded to; nil of any other call.
  public let requestID: String?
  /// When all of the call was there.
  public let arrival: ContinuousClock.Instant
  /// When the response began to go out.
  public let departure: ContinuousClock.Instant
}

extension CallTimes {
  init(_ exchange: HTTPServer.Exchange) {
    let parsed = try? Route.parse(method: exchange.call.method, path: exchange.call.path)
    route = parsed?.route
    status = exchange.response.status
    let posted = parsed.flatMap { $0.requestID.isEmpty ? nil : $0.requestID }
    requestID = route == .next ? exchange.response.headers["Lambda-Runtime-Aws-Request-Id"] : posted
    (arrival, departure) = (exchange.arrival, exchange.departure)
  }
}

/// A request that the Runtime API received, and what it answered.
public struct Exchange: Sendable, Equatable {
  /// The HTTP method.
  public let method: String
  /// The path as it was sent.
  public let path: String
  /// The request's headers, with lower-case names; those of one name are joined with ", ".
  public let headers: [String: String]
  /// How many bytes of a body arrived.
  public internal(set) var bodySize: Int
  /// The HTTP status of the response: nil while the call waits for one, and for ever where a ``Fault`` closed the
  /// connection.
  public internal(set) var status: Int?

  init(_ request: HTTPCall) {
    method = request.method
    path = request.path
    headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { "\($0), \($1)" }
    bodySize = request.bodySize
  }
}
