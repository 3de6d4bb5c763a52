public import Logging

/// What Lambda says of an invocation in the headers of its event.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
public struct InvocationContext: Sendable {
  /// The invocation's id, by which its answer is sent.
  public let requestID: String

  /// When the event was here.
  public let receivedAt: ContinuousClock.Instant

  /// When Lambda ends the invocation; nil where it did not say.
  public let deadline: ContinuousClock.Instant?

  /// The function, version or alias that was invoked.
  public let invokedFunctionARN: String?

  /// The AWS X-Ray trace.
  public let traceID: String?

  /// What a mobile SDK says of its client, as JSON.
  public let clientContext: String?

  /// The Cognito identity of a mobile SDK's caller, as JSON.
  public let cognitoIdentity: String?

  /// The tenant, in a function that isolates tenants.
  public let tenantID: String?

  /// A log whose lines bear the request id.
  public var logger: Logger {
    var logger = base
    logger[metadataKey: LambdaLogHandler.requestIDKey] = .string(requestID)
    if let tenantID { logger[metadataKey: LambdaLogHandler.tenantIDKey] = .string(tenantID) }
    return logger
  }

  private let base: Logger

  /// Makes a context, for a test of a handler for example.
  public init(
    requestID: String, receivedAt: ContinuousClock.Instant = .now, deadline: ContinuousClock.Instant? = nil,
    invokedFunctionARN: String? = nil, traceID: String? = nil, clientContext: String? = nil,
    cognitoIdentity: String? = nil, tenantID: String? = nil, logger: Logger
  ) {
    self.requestID = requestID
    self.receivedAt = receivedAt
    self.deadline = deadline
    self.invokedFunctionARN = invokedFunctionARN
    self.traceID = traceID
    self.clientContext = clientContext
    self.cognitoIdentity = cognitoIdentity
    self.tenantID = tenantID
    base = logger
  }

  /// The time left until Lambda ends the invocation, not below zero; nil where Lambda gave no deadline.
  public var remaining: Duration? {
    deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
  }

  /// When a handler's work must be over for its answer to be in time.
  ///
  /// - Parameters:
  ///   - limit: The time that who invoked the function waits for the answer, counted from the event's arrival.
  ///   - margin: The time it takes to answer.
  /// - Returns: The earlier one of Lambda's deadline and the limit, less the margin.
  public func deadline(within limit: Duration, margin: Duration) -> ContinuousClock.Instant {
    let end = receivedAt + limit
    return min(end, deadline ?? end) - margin
  }
}
