/// One event being handled.
public struct Invocation: Sendable {
  /// The most bytes that an event or an answer may have: 6 MB and what Lambda needs around them.
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
