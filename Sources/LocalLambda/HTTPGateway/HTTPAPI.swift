/// An HTTP API of API Gateway, whose one integration is a function.
struct HTTPAPI {
  /// How long API Gateway waits for a function:
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
  var limit = Duration.seconds(30)

  let function: Function
  let authorizer: JWTAuthorizer

  func answer(to call: HTTPCall) async -> Answer {
    let requestID = String.randomUUID()
    var answer = await answer(to: call, requestID: requestID)
    answer.headers["apigw-requestid"] = requestID
    return answer
  }

  private func answer(to call: HTTPCall, requestID: String) async -> Answer {
    let time = millisecondsSinceEpoch()
    let event: [UInt8]
    do {
      let claims = try authorizer.claims(of: call, at: time / 1000)
      event = HTTPEvent(call: call, requestID: requestID, time: time, claims: claims).json()
    } catch {
      return error.answer
    }
    guard event.count <= Function.maximumPayloadBytes else { return .message("Request Too Long", status: 413) }
    let result = await within(limit) { await function.invoke(event, requestID: requestID) }
    return switch result {
    case nil, .cancelled: .message("Service Unavailable", status: 503)
    case .response(let output): Answer(functionOutput: output) ?? Self.failure
    case .functionError, .initError, .initTimedOut, .timedOut, .exited: Self.failure
    }
  }

  private static let failure = Answer.message("Internal Server Error", status: 500)
}
