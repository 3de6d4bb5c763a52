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
  /// The invocation id is not that of the last hand-out: whoever waited for that waits no more, or has been given the
  /// event again.
  case staleInvocationID
  case invalidPost(InvalidPost)
  /// A call of an extension does not fit what that is, or is doing.
  case extensionCall(_ type: String, _ sentence: String)
  /// The runtime cannot go on and should exit.
  case containerError
  /// A fault that a test asked for.
  case injected(status: Int)

  /// The HTTP status, as <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html> has it.
  var status: Int {
    switch self {
    case .unknownPath: 404
    case .wrongMethod: 405
    case .wrongState, .extensionCall: 403
    case .unknownRequestID: 400
    case .tooLate, .staleInvocationID: 410
    case .invalidPost(let post): post.status
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
    case .staleInvocationID: "ErrorRuntimeInvokeTimeout"
    case .invalidPost(let post): post.errorType
    case .extensionCall(let type, _): type
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
    case .staleInvocationID: "The invocation id is not that of a running invocation."
    case .invalidPost(let post): post.message
    case .extensionCall(_, let sentence): sentence
    case .containerError: "The runtime cannot go on and should exit."
    case .injected(let status): "Status \(status) was injected by a test."
    }
  }
}

/// What can be wrong with a post itself; where it answers an invocation, that fails with it.
enum InvalidPost: Error, Sendable, Equatable {
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
    return .functionError(type: type, body: HTTPResponse.errorBody(type: type, message: message))
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
