/// What the runtime does after each answer of the Runtime API: a table, apart from the I/O.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html> and the behaviour of AWS's own runtime clients.
enum RuntimePolicy {
  /// How often in a row GET /next may go wrong on its way before the runtime gives up.
  static let attempts = 3

  /// How often in a row it may be refused, where that may pass.
  static let refusedAttempts = 6

  /// The pause in microseconds before GET /next is tried again after `failures` in a row.
  static func backoffMicroseconds(failures: Int) -> UInt32 {
    50_000 << UInt32(min(max(failures - 1, 0), 4))
  }

  /// What follows an answer to GET /next.
  enum NextStep: Equatable {
    case handle
    /// It was refused, but may not be the next time.
    case retry(ExitReason)
    case exit(ExitReason)
  }

  /// `isConcurrent`: on Managed Instances, where a worker may ask that has taken a stuck one's place before the Runtime API
  /// has seen the end of that one's stream, and takes it for one too many.
  static func afterNext(status: Int, isConcurrent: Bool = false) -> NextStep {
    switch status {
    case 200: .handle
    case 403 where isConcurrent: .retry(.status(status, of: .next))
    default: .exit(.status(status, of: .next))
    }
  }

  /// What follows an answer to POST /response or /error.
  enum SendStep: Equatable {
    /// It has arrived.
    case done
    /// It was refused, most likely because it had arrived before: the next event.
    case arrivedBefore(status: Int)
    /// The invocation is over, be it because its deadline has passed or because the event was handed out anew: the next event.
    case tooLate
    /// It was refused, and nothing that is sent now would change that: the next event.
    case refused(status: Int)
    case exit(ExitReason)
  }

  /// `isRetry`: whether the same may have been sent before without an answer. A 400 or 403 then most likely says that it had arrived.
  static func afterSend(status: Int, call: RuntimeCall, isRetry: Bool) -> SendStep {
    switch status {
    case 200..<300: .done
    case 400 where isRetry, 403 where isRetry: .arrivedBefore(status: status)
    case 410: .tooLate
    case 500...: .exit(.status(status, of: call))
    default: .refused(status: status)
    }
  }
}

/// The calls of the Runtime API.
enum RuntimeCall: String, Sendable {
  case next = "GET /runtime/invocation/next"
  case response = "POST /runtime/invocation/{id}/response"
  case error = "POST /runtime/invocation/{id}/error"
  case initError = "POST /runtime/init/error"
  case restoreNext = "GET /runtime/restore/next"
  case restoreError = "POST /runtime/restore/error"

  /// What follows `/runtime/`, of a call that has no request id in it.
  var path: String { String(rawValue.split(separator: "/", maxSplits: 2)[2]) }
}

/// Why the runtime gives up.
enum ExitReason: Error, Equatable, CustomStringConvertible {
  case status(Int, of: RuntimeCall)
  case transport(TransportError, of: RuntimeCall)
  case missingRequestID
  case noThread

  var description: String {
    switch self {
    case .status(let status, let call): "The Runtime API answered \(call.rawValue) with status \(status)."
    case .transport(let error, let call): "\(call.rawValue) got no answer from the Runtime API: \(error)."
    case .missingRequestID: "The Runtime API sent an event without a usable request id."
    case .noThread: "The system has no thread for a worker."
    }
  }
}
