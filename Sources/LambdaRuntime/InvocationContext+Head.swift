import Logging

extension InvocationContext {
  /// Reads the headers of an event; nil where they have no request id, without which nothing can be answered.
  ///
  /// `date` is when the event was here in milliseconds since the Unix epoch, for Lambda's deadline is counted so; `receivedAt` is the same moment by
  /// the clock that never goes back.
  init?(_ head: ResponseHead, receivedAt: ContinuousClock.Instant, date: Int, logger: Logger) {
    guard let requestID = head.requestID else { return nil }
    self.init(
      requestID: requestID,
      receivedAt: receivedAt,
      deadline: head.deadlineMilliseconds.map { receivedAt + .milliseconds($0) - .milliseconds(date) },
      invokedFunctionARN: head.functionARN,
      traceID: head.traceID,
      clientContext: head.clientContext,
      cognitoIdentity: head.cognitoIdentity,
      tenantID: head.tenantID,
      logger: logger
    )
  }
}
