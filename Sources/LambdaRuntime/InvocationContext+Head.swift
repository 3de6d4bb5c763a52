import Logging

extension InvocationContext {
  /// Reads the headers of an event; nil where they have no request id, without which nothing can be answered, or one that cannot stand in a URL as it is:
  /// an answer to it would go somewhere else, or nowhere.
  ///
  /// `date` is when the event was here in milliseconds since the Unix epoch, for Lambda's deadline is counted so; `receivedAt` is the same moment by
  /// the clock that never goes back.
  init?(_ head: ResponseHead, receivedAt: ContinuousClock.Instant, date: Int, logger: Logger) {
    guard let requestID = head.requestID, requestID.utf8.allSatisfy(\.mayStandInAnID) else { return nil }
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

extension UInt8 {
  /// Lambda's ids are UUIDs.
  fileprivate var mayStandInAnID: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
