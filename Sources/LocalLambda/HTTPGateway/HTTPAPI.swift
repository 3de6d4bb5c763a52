/// An HTTP API of API Gateway, whose one integration is a function.
struct HTTPAPI {
  /// How long API Gateway waits for a function:
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
  var limit = Duration.seconds(30)

  let function: Function
  let authorizer: JWTAuthorizer

  func respond(to call: HTTPCall) async -> HTTPResponse {
    let requestID = String.randomUUID()
    var response = await respond(to: call, requestID: requestID)
    response.headers["apigw-requestid"] = requestID
    return response
  }

  private func respond(to call: HTTPCall, requestID: String) async -> HTTPResponse {
    let time = millisecondsSinceEpoch()
    let event: [UInt8]
    do {
      let claims = try authorizer.claims(of: call, at: time / 1000)
      event = HTTPEvent(call: call, requestID: requestID, time: time, claims: claims).json()
    } catch {
      return error.response
    }
    guard event.count <= Function.maximumPayloadBytes else { return .message("Request Too Long", status: 413) }
    let result = await within(limit) { await function.invoke(event, requestID: requestID) }
    return switch result {
    case nil, .cancelled, .throttled: .message("Service Unavailable", status: 503)
    case .response(let output): HTTPResponse(functionOutput: output) ?? Self.failure
    case .functionError, .initError, .initTimedOut, .timedOut, .exited: Self.failure
    }
  }

  private static let failure = HTTPResponse.message("Internal Server Error", status: 500)
}

/// Who an HTTP API lets in: whoever has no token, as nobody, and whoever has a good one, with its claims.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>, which knows no
/// nobody: a route has an authorizer or not. Here each route plays both.
struct JWTAuthorizer {
  let tokens: TokenIssuer

  /// What the event has in the authorizer's place; nil where there is none.
  ///
  /// - Throws: ``Unauthorized`` for a token that is not good.
  func claims(of call: HTTPCall, at now: Int64) throws(Unauthorized) -> [HTTPEvent.Claim]? {
    guard let authorization = call.header("authorization") else { return nil }
    let scheme = "bearer "
    let token =
      authorization.lowercased().hasPrefix(scheme) ? authorization.dropFirst(scheme.count) : authorization[...]
    guard let claims = tokens.claims(of: String(token), at: now) else { throw Unauthorized() }
    return claims
  }

  struct Unauthorized: Error {
    var response: HTTPResponse {
      var response = HTTPResponse.message("Unauthorized", status: 401)
      response.headers["www-authenticate"] = "Bearer"
      return response
    }
  }
}
