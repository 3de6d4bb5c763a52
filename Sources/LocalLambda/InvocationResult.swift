/// How an invocation ended, as its caller learns it.
public enum InvocationResult: Sendable, Equatable {
  /// The function answered with these bytes.
  case response([UInt8])
  /// The function failed, or Lambda failed it: `type` is `Function.…` or `Runtime.…`, `body` the error's JSON.
  case functionError(type: String, body: [UInt8])
  /// The runtime reported that it cannot start; `type` and `body` as of a function error.
  case initError(type: String, body: [UInt8])
  /// The runtime did not ask for its first event in time.
  case initTimedOut
  /// There was no answer at the deadline.
  case timedOut
  /// The runtime's process ended before it answered; the sentence's rest, such as "exited with status 1".
  case exited(String)
  /// The caller gave up, or the Runtime API was stopped.
  case cancelled
}
