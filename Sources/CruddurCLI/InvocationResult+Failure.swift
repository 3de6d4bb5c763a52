import JSON
import LocalLambda

extension InvocationResult {
  /// What to tell the user of a bootstrap that did not come up; nil if it did, or was not let.
  var startFailure: String? {
    switch self {
    case .initError(let type, let body):
      "The function cannot start: \((try? JSONDocument(body).root["errorMessage"]?.string()) ?? type)"
    case .initTimedOut: "The function cannot start: the bootstrap did not ask for an event in time."
    case .exited(let how): "The function cannot start: the bootstrap \(how)."
    case .response, .functionError, .timedOut, .throttled, .abandoned, .cancelled: nil
    }
  }

  /// What to tell the user of an invocation that was not answered within `timeout`; nil if it was.
  func failure(of event: String, timeout: Duration) -> String? {
    switch self {
    case .response: nil
    case .functionError(let type, let body):
      "\(event): function error \(type): \(String(decoding: body, as: UTF8.self))"
    case .initError(let type, let body): "\(event): init error \(type): \(String(decoding: body, as: UTF8.self))"
    case .initTimedOut: "\(event): the bootstrap did not ask for an event in time."
    case .timedOut: "\(event): timed out after \(timeout)."
    case .exited(let how): "\(event): no answer, because the bootstrap \(how)."
    case .throttled: "\(event): refused, because as many run as the bootstrap is given."
    case .abandoned, .cancelled: "\(event): cancelled."
    }
  }
}
