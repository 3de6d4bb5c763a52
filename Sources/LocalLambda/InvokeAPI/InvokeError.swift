import JSON

/// Why Lambda does not invoke a function; see `Errors` at <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
enum InvokeError: Error, Equatable {
  case notFound(arn: String)
  case payloadNotJSON(JSONError)
  case badClientContext
  case unknownInvocationType(String)
  case payloadTooLarge
  case stopped

  var status: Int {
    switch self {
    case .notFound: 404
    case .payloadNotJSON, .badClientContext, .unknownInvocationType: 400
    case .payloadTooLarge: 413
    case .stopped: 500
    }
  }

  var type: String {
    switch self {
    case .notFound: "ResourceNotFoundException"
    case .payloadNotJSON, .badClientContext: "InvalidRequestContentException"
    case .unknownInvocationType: "InvalidParameterValueException"
    case .payloadTooLarge: "RequestTooLargeException"
    case .stopped: "ServiceException"
    }
  }

  var message: String {
    switch self {
    case .notFound(let arn): "Function not found: \(arn)"
    case .payloadNotJSON(let error): "Could not parse request body into json: \(error)"
    case .badClientContext: "Client context must be a valid Base64-encoded JSON object."
    case .unknownInvocationType(let type): "\(type) is not RequestResponse, Event or DryRun"
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
