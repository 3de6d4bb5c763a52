import JSON

/// The user pool over HTTP, in a form of our own, which a page finds easier than Cognito's.
struct CognitoAPI {
  let cognito: Cognito
  let tokens: TokenIssuer

  func answer(to call: HTTPCall) async -> Answer {
    let path = Array((call.segments ?? []).dropFirst())
    guard path.first == "users", path.count <= 3 else { return .notFound }
    do throws(PoolError) {
      switch (path.count, path.last, call.method) {
      case (1, _, "GET"): return Self.answer(await cognito.users)
      case (1, _, "POST"):
        let request = try SignUpRequest(json: call.body)
        return Self.answer(
          try await toTheEnd { () throws(PoolError) in try await cognito.signUp(request) }, status: 201)
      case (1, _, _): return .methodNotAllowed(allowed: "GET, POST")
      case (2, let sub?, "DELETE"):
        try await cognito.delete(sub: sub)
        return Answer(status: 204)
      case (2, _, _): return .methodNotAllowed(allowed: "DELETE")
      case (3, "token", "POST"): return answer(try await cognito.user(sub: path[1]))
      case (3, "confirm-forgot-password", "POST"):
        return Self.answer(
          try await toTheEnd { () throws(PoolError) in try await cognito.confirmForgotPassword(sub: path[1]) },
          status: 200)
      case (3, "token", _), (3, "confirm-forgot-password", _): return .methodNotAllowed(allowed: "POST")
      default: return .notFound
      }
    } catch {
      return error.answer
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

  private static func answer(_ confirmation: Cognito.Confirmation, status: Int) -> Answer {
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

  private static func answer(_ users: [PoolUser]) -> Answer {
    .json(JSONWriter.array { for user in users { $0.object { user.write(to: &$0) } } })
  }

  private func answer(_ user: PoolUser) -> Answer {
    .json(
      JSONWriter.object {
        $0.add("id_token", tokens.issue(for: user, at: millisecondsSinceEpoch() / 1000))
        $0.add("expires_in", Int(TokenIssuer.lifetime))
      })
  }
}
