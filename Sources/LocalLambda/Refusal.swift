/// Why the Runtime API does not take a call, in the terms of AWS's own error bodies.
enum Refusal: Error, Sendable, Equatable {
  case unknownPath
  case wrongMethod
  /// The call does not fit what the runtime is doing, such as a response where no invocation runs.
  case wrongState
  /// No running invocation has the id.
  case unknownRequestID
  /// The invocation's deadline has passed.
  case tooLate
  case tooLarge(limit: Int)
  /// The connection ended before the body did.
  case truncated
  case unknownResponseMode
  /// Hummingbird drops trailers, and without them a stream that failed half-way would count as a success.
  case streamedResponse
  /// The runtime cannot go on and should exit.
  case containerError
  /// A fault that a test asked for.
  case injected(status: Int)

  /// The HTTP status, as <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html> has it.
  var status: Int {
    switch self {
    case .unknownPath: 404
    case .wrongMethod: 405
    case .wrongState: 403
    case .unknownRequestID, .truncated, .unknownResponseMode, .streamedResponse: 400
    case .tooLate: 410
    case .tooLarge: 413
    case .containerError: 500
    case .injected(let status): status
    }
  }

  var errorType: String {
    switch self {
    case .unknownPath: "NotFound"
    case .wrongMethod: "MethodNotAllowed"
    case .wrongState: "InvalidStateTransition"
    case .unknownRequestID: "InvalidRequestID"
    case .tooLate: "RequestTimeout"
    case .tooLarge: "RequestEntityTooLarge"
    case .truncated: "TruncatedHTTPRequest"
    case .unknownResponseMode, .streamedResponse: "InvalidFunctionResponseMode"
    case .containerError: "ContainerError"
    case .injected: "InjectedFault"
    }
  }

  var message: String {
    switch self {
    case .unknownPath: "The Runtime API has no such path."
    case .wrongMethod: "The path is called with another method."
    case .wrongState: "The runtime is not in a state for this call."
    case .unknownRequestID: "No running invocation has this request id."
    case .tooLate: "The deadline of the invocation has passed."
    case .tooLarge(let limit): "The body is larger than \(limit) bytes."
    case .truncated: "The request ended before its body did."
    case .unknownResponseMode: "The response mode is not known."
    case .streamedResponse: "This Runtime API takes no streamed responses."
    case .containerError: "The runtime cannot go on and should exit."
    case .injected(let status): "Status \(status) was injected by a test."
    }
  }

  /// How the running invocation ends when its answer is refused so.
  var failure: InvocationResult {
    let type =
      switch self {
      case .tooLarge: "Function.ResponseSizeTooLarge"
      case .truncated: "Runtime.TruncatedResponse"
      case .unknownResponseMode, .streamedResponse: "Runtime.InvalidResponseModeHeader"
      default: "Runtime.Unknown"
      }
    return .functionError(type: type, body: Answer.errorBody(type: type, message: message))
  }
}
