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
    var answer: Answer {
      var answer = Answer.message("Unauthorized", status: 401)
      answer.headers["www-authenticate"] = "Bearer"
      return answer
    }
  }
}
