public import Logging

/// One event being handled.
public struct Invocation: Sendable {
  /// The most bytes that an event or a response may have: 6 MB and what Lambda needs around them.
  ///
  /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
  public static let maximumLength = 6_291_556

  /// What Lambda says of the event.
  public let context: InvocationContext

  /// The event's bytes, as they came.
  public let payload: [UInt8]

  /// Makes an invocation, for a test of a handler for example.
  public init(context: InvocationContext, payload: [UInt8]) {
    self.context = context
    self.payload = payload
  }
}

/// What Lambda says of an invocation in the headers of its event. To copy one is cheap.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
public struct InvocationContext: Sendable {
  /// The context of the invocation that the current task works for, wherever in the program it is; nil outside of one.
  ///
  /// The lines that ``LambdaLogHandler`` writes bear its request id. A detached task is on its own.
  @TaskLocal public static var current: InvocationContext?

  private final class Storage: Sendable {
    let requestID: String
    let receivedAt: ContinuousClock.Instant
    let head: ResponseHead
    let time: Duration?
    let logger: Logger

    init(
      requestID: String, receivedAt: ContinuousClock.Instant, head: ResponseHead, time: Duration?, logger: Logger
    ) {
      self.requestID = requestID
      self.receivedAt = receivedAt
      self.head = head
      self.time = time
      self.logger = logger
    }
  }

  private let storage: Storage

  /// The invocation's id, by which its response is sent.
  public var requestID: String { storage.requestID }

  /// When the event was here.
  public var receivedAt: ContinuousClock.Instant { storage.receivedAt }

  /// When Lambda ends the invocation; nil where it did not say.
  public var deadline: ContinuousClock.Instant? { storage.time.map { storage.receivedAt + $0 } }

  /// From the event's arrival to the deadline.
  var time: Duration? { storage.time }

  /// The function, version or alias that was invoked.
  public var invokedFunctionARN: String? { storage.head.functionARN }

  /// The AWS X-Ray trace.
  public var traceID: String? { storage.head.traceID }

  /// What a mobile SDK says of its client, as JSON.
  public var clientContext: String? { storage.head.clientContext }

  /// The Cognito identity of a mobile SDK's caller, as JSON.
  public var cognitoIdentity: String? { storage.head.cognitoIdentity }

  /// The tenant, in a function that isolates tenants.
  public var tenantID: String? { storage.head.tenantID }

  /// What tells this hand-out of the event from others with the same request id; it goes back with the response.
  var invocationID: String? { storage.head.invocationID }

  /// A log whose lines bear the request id.
  public var logger: Logger {
    var logger = storage.logger
    logger[metadataKey: LambdaLogHandler.requestIDKey] = .string(requestID)
    if let tenantID { logger[metadataKey: LambdaLogHandler.tenantIDKey] = .string(tenantID) }
    return logger
  }

  /// Where the log's lines go, unless that is a test's or somebody's own log.
  var lambdaLogHandler: LambdaLogHandler? { storage.logger.handler as? LambdaLogHandler }

  /// Whether the log takes lines of a level: where not, ``logger`` need not be made.
  func logs(_ level: Logger.Level) -> Bool { storage.logger.logLevel <= level }

  /// Makes a context, for a test of a handler for example; nothing is logged, unless there is a logger.
  public init(
    requestID: String, receivedAt: ContinuousClock.Instant = .now, deadline: ContinuousClock.Instant? = nil,
    invokedFunctionARN: String? = nil, traceID: String? = nil, clientContext: String? = nil,
    cognitoIdentity: String? = nil, tenantID: String? = nil,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  ) {
    var head = ResponseHead()
    head.functionARN = invokedFunctionARN
    head.traceID = traceID
    head.clientContext = clientContext
    head.cognitoIdentity = cognitoIdentity
    head.tenantID = tenantID
    storage = Storage(
      requestID: requestID, receivedAt: receivedAt, head: head, time: deadline.map { $0 - receivedAt }, logger: logger)
  }

  /// Reads the headers of an event; nil where they have no request id, without which nothing can be answered, or one that cannot stand in a URL as it is:
  /// a response to it would go somewhere else, or nowhere. Nil, too, where the nonce cannot stand in a header of the response.
  ///
  /// `date` is when the event was here in milliseconds since the Unix epoch, because Lambda's deadline is counted so; `receivedAt` is the same moment by
  /// the clock that never goes back.
  init?(_ head: ResponseHead, receivedAt: ContinuousClock.Instant, date: Int, logger: Logger) {
    guard let requestID = head.requestID, requestID.mayStandInAURL,
      head.invocationID?.utf8.allSatisfy(\.mayStandInAHeader) ?? true
    else { return nil }
    storage = Storage(
      requestID: requestID, receivedAt: receivedAt, head: head,
      time: head.deadlineMilliseconds.map { .milliseconds($0) - .milliseconds(date) }, logger: logger)
  }

  /// The time left until Lambda ends the invocation, not below zero; nil where Lambda gave no deadline.
  public var remaining: Duration? {
    deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
  }

  /// The part of an invocation's time that is not for its work: whoever invoked the function has waited for a cold start
  /// before, and waits for the response afterwards.
  public static let margin: Duration = .milliseconds(750)

  /// When a handler's work must be over for its response to be in time.
  ///
  /// - Parameters:
  ///   - limit: How long whoever invoked the function waits for the response, counted from the event's arrival.
  ///   - margin: The time it takes to respond.
  /// - Returns: The earlier one of Lambda's deadline and the limit, less the margin.
  public func deadline(
    within limit: Duration, margin: Duration = InvocationContext.margin
  ) -> ContinuousClock.Instant {
    let time = time ?? limit
    return receivedAt + ((InvocationContext.isDebugged ? time : min(limit, time)) - margin)
  }

  /// Whether `LAMBDA_DEBUGGER` is 1, as `cruddur serve --attach` sets it: somebody may be at a breakpoint, and whoever invokes
  /// the function waits as long as Lambda does.
  private static let isDebugged = Environment.process["LAMBDA_DEBUGGER"] == "1"
}

extension String {
  /// Whether it can be one of Lambda's ids, which are UUIDs.
  fileprivate var mayStandInAURL: Bool {
    var text = self
    return text.withUTF8 { $0.allSatisfy(\.mayStandInAnID) }
  }
}

extension UInt8 {
  fileprivate var mayStandInAnID: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// A control character would end the header, or the text that libcurl is given: <https://www.rfc-editor.org/rfc/rfc9110#section-5.5>.
  fileprivate var mayStandInAHeader: Bool { self >= 0x20 && self != 0x7F }
}
