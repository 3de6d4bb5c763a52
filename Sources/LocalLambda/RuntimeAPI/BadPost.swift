/// What can be wrong with a post itself; where it answers an invocation, that fails with it.
enum BadPost: Error, Sendable, Equatable {
  case tooLarge(limit: Int)
  /// The connection ended before the body did.
  case truncated
  case unknownResponseMode

  init(_ fault: HTTPCall.BodyFault) {
    self =
      switch fault {
      case .tooLarge(let limit): .tooLarge(limit: limit)
      case .truncated: .truncated
      }
  }

  /// How the invocation ends that was answered so.
  var failure: InvocationResult {
    let type =
      switch self {
      case .tooLarge: "Function.ResponseSizeTooLarge"
      case .truncated: "Runtime.TruncatedResponse"
      case .unknownResponseMode: "Runtime.InvalidResponseModeHeader"
      }
    return .functionError(type: type, body: Answer.errorBody(type: type, message: message))
  }

  var status: Int {
    switch self {
    case .tooLarge: 413
    case .truncated, .unknownResponseMode: 400
    }
  }

  var errorType: String {
    switch self {
    case .tooLarge: "RequestEntityTooLarge"
    case .truncated: "TruncatedHTTPRequest"
    case .unknownResponseMode: "InvalidFunctionResponseMode"
    }
  }

  var message: String {
    switch self {
    case .tooLarge(let limit): "The body is larger than \(limit) bytes."
    case .truncated: "The request ended before its body did."
    case .unknownResponseMode: "The response mode is not known."
    }
  }
}
