import JSON

/// Why Lambda does not invoke a function; see `Errors` at <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
enum InvokeError: Error, Equatable {
  case notFound(arn: String)
  case payloadNotJSON(JSONError)
  case badClientContext
  case unknownInvocationType(String)
  case unknownLogType(String)
  /// One in the function's name, and another beside it.
  case qualifiersDiffer
  case payloadTooLarge
  /// For an event that nobody waits for.
  case eventTooLarge(bytes: Int)
  case stopped

  var status: Int {
    switch self {
    case .notFound: 404
    case .payloadNotJSON, .badClientContext, .unknownInvocationType, .unknownLogType, .qualifiersDiffer: 400
    case .payloadTooLarge, .eventTooLarge: 413
    case .stopped: 500
    }
  }

  var type: String {
    switch self {
    case .notFound: "ResourceNotFoundException"
    case .payloadNotJSON, .badClientContext: "InvalidRequestContentException"
    case .unknownInvocationType, .unknownLogType, .qualifiersDiffer: "InvalidParameterValueException"
    case .payloadTooLarge: "RequestTooLargeException"
    case .eventTooLarge: "RequestEntityTooLargeException"
    case .stopped: "ServiceException"
    }
  }

  var message: String {
    switch self {
    case .notFound(let arn): "Function not found: \(arn)"
    case .payloadNotJSON(let error): "Could not parse request body into json: \(error)"
    case .badClientContext: "Client context must be a valid Base64-encoded JSON object."
    case .unknownInvocationType(let type): "\(type) is not RequestResponse, Event or DryRun"
    case .unknownLogType(let type): "\(type) is not None or Tail"
    case .qualifiersDiffer:
      "The derived qualifier from the function name does not match the specified qualifier."
    case .eventTooLarge(let bytes):
      "\(bytes) byte payload is too large for the Event invocation type "
        + "(limit \(Function.maximumAsynchronousPayloadBytes) bytes)"
    case .payloadTooLarge:
      "Request must be smaller than \(Function.maximumPayloadBytes) bytes for the InvokeFunction operation"
    case .stopped: "The server is stopping."
    }
  }

  var answer: Answer {
    var answer = Answer.json(
      JSONWriter.object {
        $0.add("Type", status == 500 ? "Service" : "User")
        // AWS's model spells it both ways.
        switch self {
        case .notFound, .stopped: $0.add("Message", message)
        default: $0.add("message", message)
        }
      }, status: status)
    answer.headers["x-amzn-errortype"] = type
    return answer
  }
}
