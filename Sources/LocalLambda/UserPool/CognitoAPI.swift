import JSON

/// The user pool over HTTP, in a form of our own, which a page finds easier than Cognito's.
struct CognitoAPI {
  let cognito: Cognito
  let tokens: TokenIssuer

  func respond(to call: HTTPCall) async -> HTTPResponse {
    let path = Array((call.segments ?? []).dropFirst())
    guard path.first == "users", path.count <= 3 else { return .notFound }
    do throws(PoolError) {
      switch (path.count, path.last, call.method) {
      case (1, _, "GET"): return Self.response(await cognito.users)
      case (1, _, "POST"):
        let request = try SignUpRequest(json: call.body)
        return Self.response(
          try await toTheEnd { () throws(PoolError) in try await cognito.signUp(request) }, status: 201)
      case (1, _, _): return .methodNotAllowed(allowed: "GET, POST")
      case (2, let sub?, "DELETE"):
        try await cognito.delete(sub: sub)
        return HTTPResponse(status: 204)
      case (2, _, _): return .methodNotAllowed(allowed: "DELETE")
      case (3, "token", "POST"): return response(try await cognito.user(sub: path[1]))
      case (3, "confirm-forgot-password", "POST"):
        return Self.response(
          try await toTheEnd { () throws(PoolError) in try await cognito.confirmForgotPassword(sub: path[1]) },
          status: 200)
      case (3, "sign-in", "POST"):
        let call = try await toTheEnd { () throws(PoolError) in try await cognito.signIn(sub: path[1]) }
        return Self.response(call, status: 200, tokens: call.failure == nil ? tokens : nil)
      case (3, "token", _), (3, "confirm-forgot-password", _), (3, "sign-in", _):
        return .methodNotAllowed(allowed: "POST")
      default: return .notFound
      }
    } catch {
      return error.response
    }
  }

  /// In a task of its own: a call of a trigger that has begun goes on when the client hangs up.
  private func toTheEnd(
    _ call: @escaping @Sendable () async throws(PoolError) -> Cognito.TriggerCall
  ) async throws(PoolError) -> Cognito.TriggerCall {
    try await Task {
      do throws(PoolError) { return Result<_, PoolError>.success(try await call()) } catch {
        return .failure(error)
      }
    }.value.get()
  }

  private static func response(
    _ call: Cognito.TriggerCall, status: Int, tokens: TokenIssuer? = nil
  ) -> HTTPResponse {
    .json(
      JSONWriter.object {
        if let failure = call.failure {
          $0.add("__type", failure.type)
          $0.add("message", failure.message(of: call.source))
        }
        $0.object("user") { call.user.write(to: &$0) }
        $0.add("triggerSource", call.source.rawValue)
        $0.add("attempts", call.attempts)
        $0.add("requestId", call.requestID)
        if let tokens { add(tokens, of: call.user, to: &$0) }
      }, status: call.failure == nil ? status : 400)
  }

  private static func response(_ users: [PoolUser]) -> HTTPResponse {
    .json(JSONWriter.array { for user in users { $0.object { user.write(to: &$0) } } })
  }

  /// New tokens of somebody who is signed in, of which Cognito tells no function.
  private func response(_ user: PoolUser) -> HTTPResponse {
    .json(JSONWriter.object { Self.add(tokens, of: user, to: &$0) })
  }

  private static func add(_ tokens: TokenIssuer, of user: PoolUser, to object: inout JSONObjectWriter) {
    object.add("id_token", tokens.issue(for: user, at: millisecondsSinceEpoch() / 1000))
    object.add("expires_in", Int(TokenIssuer.lifetime))
  }
}
