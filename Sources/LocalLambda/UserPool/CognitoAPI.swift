import JSON

/// The user pool over HTTP, in a form of our own, which a page finds easier than Cognito's.
struct CognitoAPI {
  let cognito: Cognito
  let tokens: TokenIssuer

  func answer(to call: HTTPCall) async -> Answer {
    do throws(PoolError) {
      switch (call.segments ?? []).dropFirst() {
      case ["users"]:
        switch call.method {
        case "POST": return Self.answer(try await signUp(try SignUpRequest(json: call.body)))
        case "GET": return Self.answer(await cognito.users)
        default: return .methodNotAllowed(allowed: "GET, POST")
        }
      case let path where path.count == 3 && path.starts(with: ["users"]) && path.last == "token":
        guard call.method == "POST" else { return .methodNotAllowed(allowed: "POST") }
        return answer(try await cognito.user(sub: path[path.startIndex + 1]))
      default: return .notFound
      }
    } catch {
      return error.answer
    }
  }

  /// In a task of its own: a sign-up that has begun goes on when the client hangs up.
  private func signUp(_ request: SignUpRequest) async throws(PoolError) -> Cognito.SignUp {
    try await Task { [cognito] in
      do throws(PoolError) { return Result<_, PoolError>.success(try await cognito.signUp(request)) } catch {
        return .failure(error)
      }
    }.value.get()
  }

  private static func answer(_ signUp: Cognito.SignUp) -> Answer {
    .json(
      JSONWriter.object {
        if let failure = signUp.failure {
          $0.add("__type", failure.type)
          $0.add("message", failure.message)
        }
        $0.object("user") { signUp.user.write(to: &$0) }
        $0.add("attempts", signUp.attempts)
      }, status: signUp.failure == nil ? 201 : 400)
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
