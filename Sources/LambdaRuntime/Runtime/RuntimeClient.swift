import Glibc
import Logging

/// The Runtime API, as one worker sees it: asks for events, sends outcomes.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
struct RuntimeClient: ~Copyable {
  private let base: String
  private let nextURL: String
  private let logger: Logger
  private var handle: EasyHandle

  /// Prepares to call the Runtime API at `host:port`.
  init(endpoint: String, logger: Logger) throws(TransportError) {
    base = "http://\(endpoint)/2018-06-01/runtime/"
    nextURL = base + "invocation/next"
    self.logger = logger
    handle = try EasyHandle(maximumBody: Invocation.maximumLength)
  }

  /// What GET /next brings.
  enum Next {
    case invocation(Invocation)
    /// An event over the limit, of which the end was not kept.
    case tooLarge(InvocationContext)
  }

  /// Waits for the next event for as long as it takes.
  ///
  /// What goes wrong on the way is tried again over a new connection: the Runtime API hands out the same event once more.
  mutating func next() throws(ExitReason) -> Next {
    var failures = 0
    while true {
      let reason: ExitReason
      switch handle.get(nextURL) {
      case .success(let response):
        if case .exit(let reason) = RuntimePolicy.afterNext(status: response.status) { throw reason }
        if let next = read(response) { return next }
        reason = .missingRequestID
      case .failure(let error):
        reason = .transport(error, of: .next)
      }
      failures += 1
      guard failures < RuntimePolicy.attempts else { throw reason }
      logger.warning("\(reason) Trying again.")
      usleep(RuntimePolicy.backoffMicroseconds(failures: failures))
      reconnect()
    }
  }

  /// Sends what came of an invocation; one that Lambda refuses is logged, for nothing can be done about it.
  mutating func send(_ outcome: Outcome, of context: InvocationContext) throws(ExitReason) {
    switch outcome {
    case .response(let body) where body.count > Invocation.maximumLength:
      try send(.failure(.responseTooLarge(body.count)), of: context)
    case .response(let body):
      try send(body, to: .response, of: context)
    case .failure(let report):
      try send(report.body, to: .error, of: context, headers: [report.header])
    }
  }

  private mutating func send(
    _ body: [UInt8], to call: RuntimeCall, of context: InvocationContext, headers: [String] = []
  ) throws(ExitReason) {
    let url = "\(base)invocation/\(context.requestID)/\(call == .error ? "error" : "response")"
    var isRetry = false
    while true {
      switch handle.post(url, body: body, headers: headers) {
      case .success(let response):
        let isRetry = isRetry || response.usedNewConnection
        switch RuntimePolicy.afterSend(status: response.status, call: call, isRetry: isRetry) {
        case .done: break
        // Not silent: libcurl does not say whether it has sent the request twice, and a first refusal must not get lost.
        case .arrivedBefore(let status):
          context.logger.warning("Lambda answered \(call.rawValue) with status \(status): it may have had it before.")
        case .refused(let status): context.logger.error("Lambda refused \(call.rawValue) with status \(status).")
        case .exit(let reason): throw reason
        }
        return
      case .failure(let error):
        let reason = ExitReason.transport(error, of: call)
        reconnect()
        if isRetry { return context.logger.error("\(reason)") }
        context.logger.warning("\(reason) Trying again.")
        isRetry = true
      }
    }
  }

  /// Says that the function could not start. Whatever the answer is, the runtime exits next.
  func sendInitError(_ report: ErrorReport) {
    switch handle.post(base + "init/error", body: report.body, headers: [report.header]) {
    case .success(let response) where response.status == 202: break
    case .success(let response): logger.error("\(ExitReason.status(response.status, of: .initError))")
    case .failure(let error): logger.error("\(ExitReason.transport(error, of: .initError))")
    }
  }

  private func read(_ response: HTTPResponse) -> Next? {
    let context = InvocationContext(
      response.head, receivedAt: .now, date: RuntimeClient.epochMilliseconds, logger: logger)
    guard let context else { return nil }
    if response.bodyLength > Invocation.maximumLength { return .tooLarge(context) }
    return .invocation(Invocation(context: context, payload: response.body))
  }

  /// Gives up the connection; keeps it where there is no memory for another.
  private mutating func reconnect() {
    handle = (try? EasyHandle(maximumBody: Invocation.maximumLength)) ?? handle
  }

  private static var epochMilliseconds: Int {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
  }
}
