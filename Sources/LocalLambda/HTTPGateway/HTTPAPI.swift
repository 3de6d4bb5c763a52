/// An HTTP API of API Gateway, whose one integration is a function.
struct HTTPAPI {
  /// How long API Gateway waits for a function:
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
  static let limit = Duration.seconds(30)

  let function: Function

  func answer(to call: HTTPCall) async -> Answer {
    let requestID = Function.makeRequestID()
    let event = HTTPEvent(call: call, requestID: requestID, time: millisecondsSinceEpoch()).json()
    var answer = await answer(to: event, requestID: requestID)
    answer.headers["apigw-requestid"] = requestID
    return answer
  }

  private func answer(to event: [UInt8], requestID: String) async -> Answer {
    guard event.count <= Function.maximumPayloadBytes else { return .message("Request Too Long", status: 413) }
    let result = await within(Self.limit) { await function.invoke(event, requestID: requestID) }
    return switch result {
    case nil, .cancelled: .message("Service Unavailable", status: 503)
    case .response(let output): Answer(functionOutput: output) ?? Self.failure
    case .functionError, .initError, .initTimedOut, .timedOut, .exited: Self.failure
    }
  }

  private static let failure = Answer.message("Internal Server Error", status: 500)
}
