/// Sees what a runtime does: for metrics, traces, or a log of one's own.
///
/// It is called on the worker's thread, beside the handler: whatever it does takes the invocation's time. Several workers
/// may call it at once. Of a handler that does not stop when its time is up, the end is told from another thread.
public protocol RuntimeObserver: Sendable {
  /// An event is here, and its handler begins.
  func invocationBegan(_ context: InvocationContext)

  /// An invocation is over: its response, or its error, is sent, and so is what followed the response.
  func invocationEnded(_ report: InvocationReport)
}

extension RuntimeObserver {
  /// Nothing.
  public func invocationBegan(_ context: InvocationContext) {}
}

/// How an invocation went.
public struct InvocationReport: Sendable {
  /// The invocation.
  public let context: InvocationContext

  /// The time that the process took to be ready, in the first invocation that it handles; nil in every other one. Of a
  /// process that is restored from a snapshot, the time since then.
  public let initialization: Duration?

  /// From the event's arrival to the handler's end: of a stream, to the end of what wrote it.
  public internal(set) var handler: Duration

  /// The time it took to send the response or the error; zero for a stream, which is sent while it is written.
  public internal(set) var sending: Duration

  /// The time that the work after the response took; nil where there was none.
  public internal(set) var afterwards: Duration?

  /// The error that the caller was told; nil where the handler answered.
  public internal(set) var errorType: ErrorType?

  /// Whether it is the first one of its process.
  public var isColdStart: Bool { initialization != nil }

  /// Makes a report, for a test of an observer for example.
  public init(
    context: InvocationContext, initialization: Duration? = nil, handler: Duration = .zero, sending: Duration = .zero,
    afterwards: Duration? = nil, errorType: ErrorType? = nil
  ) {
    self.context = context
    self.initialization = initialization
    self.handler = handler
    self.sending = sending
    self.afterwards = afterwards
    self.errorType = errorType
  }
}
