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
      case (3, "token", _), (3, "confirm-forgot-password", _): return .methodNotAllowed(allowed: "POST")
      default: return .notFound
      }
    } catch {
      return error.response
    }
  }

  /// In a task of its own: a confirmation that has begun goes on when the client hangs up.
  private func toTheEnd(
    _ confirm: @escaping @Sendable () async throws(PoolError) -> Cognito.Confirmation
  ) async throws(PoolError) -> Cognito.Confirmation {
    try await Task {
      do throws(PoolError) { return Result<_, PoolError>.success(try await confirm()) } catch {
        return .failure(error)
      }
    }.value.get()
  }

  private static func response(_ confirmation: Cognito.Confirmation, status: Int) -> HTTPResponse {
    .json(
      JSONWriter.object {
        if let failure = confirmation.failure {
          $0.add("__type", failure.type)
          $0.add("message", failure.message)
        }
        $0.object("user") { confirmation.user.write(to: &$0) }
        $0.add("triggerSource", confirmation.source.rawValue)
        $0.add("attempts", confirmation.attempts)
        $0.add("requestId", confirmation.requestID)
      }, status: confirmation.failure == nil ? status : 400)
  }

  private static func response(_ users: [PoolUser]) -> HTTPResponse {
    .json(JSONWriter.array { for user in users { $0.object { user.write(to: &$0) } } })
  }

  private func response(_ user: PoolUser) -> HTTPResponse {
    .json(
      JSONWriter.object {
        $0.add("id_token", tokens.issue(for: user, at: millisecondsSinceEpoch() / 1000))
        $0.add("expires_in", Int(TokenIssuer.lifetime))
      })
  }
}
