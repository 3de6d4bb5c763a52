import Glibc
import JSON
import Logging

/// The Runtime API, as one worker sees it: asks for events, sends responses and errors.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
struct RuntimeClient {
  private static let root = "/2018-06-01/runtime/"
  private static let invocations = root + "invocation/"
  private static let nextTarget = invocations + "next"

  private let logger: Logger
  private let client: HTTPClient
  /// What other threads may wake.
  var http: HTTPClient { client }
  /// libcurl asks for "100 Continue" before a body of over 1 MiB and waits a second for it: the Runtime API never says it.
  private let responseHeaders = HeaderList(RuntimeClient.responseHeaderLines)
  private static let responseHeaderLines = ["Content-Type: application/json", "Accept:", "Expect:"]

  private let isConcurrent: Bool

  /// Prepares to call the Runtime API at `host:port`; `isConcurrent` says whether others do so beside this one.
  init(
    endpoint: String, logger: Logger, isConcurrent: Bool = false, postMilliseconds: Int = 10_000
  ) throws(TransportError) {
    self.logger = logger
    self.isConcurrent = isConcurrent
    client = try HTTPClient(
      endpoint: endpoint, maximumBody: Invocation.maximumLength, postMilliseconds: postMilliseconds)
  }

  /// What GET /next brings.
  enum Next {
    case invocation(Invocation)
    /// An event over the limit, of which the end was not kept.
    case tooLarge(InvocationContext)
  }

  /// Waits for the next event for as long as it takes; nil once it is interrupted.
  ///
  /// What goes wrong on the way is tried again over a new connection: the Runtime API hands out the same event once more.
  func next() throws(ExitReason) -> Next? {
    var failures = 0
    while true {
      let (reason, attempts): (ExitReason, Int)
      do throws(TransportError) {
        guard let response = try client.get(RuntimeClient.nextTarget) else { return nil }
        switch RuntimePolicy.afterNext(status: response.status, isConcurrent: isConcurrent) {
        case .handle:
          if let next = read(response) { return next }
          (reason, attempts) = (.missingRequestID, RuntimePolicy.attempts)
        case .retry(let refusal): (reason, attempts) = (refusal, RuntimePolicy.refusedAttempts)
        case .exit(let refusal): (reason, attempts) = (refusal, 1)
        }
      } catch {
        (reason, attempts) = (.transport(error, of: .next), RuntimePolicy.attempts)
      }
      failures += 1
      guard failures < attempts else { throw reason }
      logger.warning("\(reason) Trying again.")
      usleep(RuntimePolicy.backoffMicroseconds(failures: failures))
      client.disconnect()
    }
  }

  /// Makes ``next()`` return nil, now or when it is called. From any thread.
  func interrupt() {
    client.interrupt()
  }

  /// Sends a response; one that Lambda refuses is logged, because nothing can be done about it.
  func send(_ response: [UInt8], of context: InvocationContext) throws(ExitReason) {
    try send(response, to: .response, of: context, headers(of: context))
  }

  /// Sends an error in a response's place.
  func send(_ report: ErrorReport, of context: InvocationContext) throws(ExitReason) {
    try send(report.body, to: .error, of: context, headers(of: context, and: report.header))
  }

  private func send(
    _ body: [UInt8], to call: RuntimeCall, of context: InvocationContext, _ headers: HeaderList
  ) throws(ExitReason) {
    let target = RuntimeClient.target(call, of: context)
    var isRetry = false
    while true {
      let response: HTTPResponse
      do throws(TransportError) {
        response = try client.post(target, headers: headers, body: body)
      } catch {
        let reason = ExitReason.transport(error, of: call)
        client.disconnect()
        if isRetry { return context.logger.error("\(reason)") }
        context.logger.warning("\(reason) Trying again.")
        isRetry = true
        continue
      }
      return try conclude(response, of: call, context, isRetry: isRetry)
    }
  }

  private func conclude(
    _ response: HTTPResponse, of call: RuntimeCall, _ context: InvocationContext, isRetry: Bool = false
  ) throws(ExitReason) {
    let isRetry = isRetry || response.usedNewConnection
    switch RuntimePolicy.afterSend(status: response.status, call: call, isRetry: isRetry) {
    case .done: break
    // Not silent: libcurl does not say whether it has sent the request twice, and a first refusal must not get lost.
    case .arrivedBefore(let status):
      context.logger.warning("Lambda answered \(call.rawValue) with status \(status): it may have had it before.")
    case .tooLate:
      context.logger.error("Lambda refused \(call.rawValue) with status 410: the invocation is over.")
    case .refused(let status): context.logger.error("Lambda refused \(call.rawValue) with status \(status).")
    case .exit(let reason): throw reason
    }
  }

  // MARK: A response that is a stream

  /// Begins a response whose bytes follow.
  func beginStream(contentType: String, of context: InvocationContext) {
    let lines = [
      "Content-Type: \(contentType)", "Accept:", "Expect:", "Transfer-Encoding: chunked",
      "Lambda-Runtime-Function-Response-Mode: streaming",
      "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
    ]
    client.beginStream(
      RuntimeClient.target(.response, of: context), headers: HeaderList(lines + RuntimeClient.nonce(of: context)))
  }

  /// Sends some of the bytes, as long as `goesOn` says so; false where nobody reads any more.
  func sendPiece(_ bytes: [UInt8], while goesOn: () -> Bool) -> Bool { client.send(bytes, while: goesOn) }

  /// Whether nobody reads any more.
  var isStreamOver: Bool { client.isStreamOver }

  /// Whether the stream cannot be whole: a piece was cut off.
  var hasStreamRest: Bool { client.hasStreamRest }

  /// Waits until nobody reads any more, or ``wakeUp()``.
  func waitForStream() { client.waitForStream() }

  /// Ends the stream, with an error behind what was sent if there is one.
  ///
  /// Nothing of a stream can be sent again: what goes wrong on the way is logged.
  func endStream(_ report: ErrorReport?, of context: InvocationContext) throws(ExitReason) {
    let wasOver = client.isStreamOver
    let response: HTTPResponse
    do throws(TransportError) {
      response = try client.endStream(trailers: report?.trailers ?? [])
    } catch {
      if !wasOver { context.logger.error("\(ExitReason.transport(error, of: .response))") }
      return client.disconnect()
    }
    try conclude(response, of: .response, context)
  }

  // MARK: Starting

  /// Says that the function could not start. Whatever the answer is, the runtime exits next.
  func sendInitError(_ report: ErrorReport) {
    sendError(report, to: .initError)
  }

  /// Says that the function could not go on after a snapshot was restored. Whatever the answer is, the runtime exits next.
  func sendRestoreError(_ report: ErrorReport) {
    sendError(report, to: .restoreError)
  }

  private func sendError(_ report: ErrorReport, to call: RuntimeCall) {
    let headers = HeaderList(RuntimeClient.responseHeaderLines + [report.header])
    do throws(TransportError) {
      let response = try client.post(RuntimeClient.root + call.path, headers: headers, body: report.body)
      if response.status != 202 { logger.error("\(ExitReason.status(response.status, of: call))") }
    } catch {
      logger.error("\(ExitReason.transport(error, of: call))")
    }
  }

  /// Waits until a snapshot of this process has been restored, in which it wakes. The connection of the call ends with it.
  static func waitForRestore(endpoint: String) throws(ExitReason) {
    let response: HTTPResponse?
    do throws(TransportError) {
      response = try HTTPClient(endpoint: endpoint, maximumBody: 0).get(root + RuntimeCall.restoreNext.path)
    } catch {
      throw .transport(error, of: .restoreNext)
    }
    if let response, response.status != 200 { throw .status(response.status, of: .restoreNext) }
  }

  // MARK: Requests

  private static func target(_ call: RuntimeCall, of context: InvocationContext) -> String {
    var target = String()
    target.reserveCapacity(96)
    target += invocations
    target += context.requestID
    target += call == .error ? "/error" : "/response"
    return target
  }

  /// Without the nonce, a late response could reach whoever has invoked with the same request id since; where Lambda sent
  /// none, it takes none.
  private static func nonce(of context: InvocationContext) -> [String] {
    context.invocationID.map { ["Lambda-Runtime-Invocation-Id: \($0)"] } ?? []
  }

  private func headers(of context: InvocationContext, and line: String? = nil) -> HeaderList {
    let lines = RuntimeClient.nonce(of: context) + (line.map { [$0] } ?? [])
    return lines.isEmpty ? responseHeaders : HeaderList(RuntimeClient.responseHeaderLines + lines)
  }

  private func read(_ response: HTTPResponse) -> Next? {
    let context = InvocationContext(
      response.head, receivedAt: .now, date: Realtime.now.milliseconds, logger: logger)
    guard let context else { return nil }
    if response.bodyLength > Invocation.maximumLength { return .tooLarge(context) }
    return .invocation(Invocation(context: context, payload: response.body))
  }
}
