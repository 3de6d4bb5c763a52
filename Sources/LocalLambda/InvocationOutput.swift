import JSON

/// What Lambda gives to whoever invoked a function, which is all that Cognito and API Gateway learn of it.
enum InvocationOutput: Equatable {
  /// The function's answer.
  case answer([UInt8])
  /// The function's error, or Lambda's own words for how it ended; see
  /// <https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html>.
  case error([UInt8])
}

extension InvocationResult {
  /// What Lambda gives to the caller; nil where it stopped before the invocation ended.
  func output(requestID: String, timeout: Duration) -> InvocationOutput? {
    switch self {
    case .response(let bytes): .answer(bytes)
    case .functionError(_, let body), .initError(_, let body): .error(body)
    case .timedOut: .error(type: "Sandbox.Timedout", "Task timed out after \(timeout.seconds) seconds", requestID)
    case .initTimedOut: .error(type: "Sandbox.Timedout", "The runtime did not ask for an event in time", requestID)
    case .exited(let how): .error(type: "Runtime.ExitError", "Runtime \(how)", requestID)
    case .cancelled: nil
    }
  }
}

extension InvocationOutput {
  fileprivate static func error(type: String, _ sentence: String, _ requestID: String) -> InvocationOutput {
    .error(
      JSONWriter.object {
        $0.add("errorType", type)
        $0.add("errorMessage", "RequestId: \(requestID) Error: \(sentence)")
      })
  }
}

extension Duration {
  /// With two decimals, as Lambda writes it.
  fileprivate var seconds: String {
    let hundredths = (milliseconds + 5) / 10
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
