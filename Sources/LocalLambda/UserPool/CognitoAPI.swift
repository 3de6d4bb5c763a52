import JSON

/// The user pool over HTTP, in a form of our own, which a page and a line of curl find easier than Cognito's.
struct CognitoAPI {
  let cognito: Cognito

  /// What may be done with an account, each a POST to `/cognito/users/{user}/…`.
  private enum Action: String {
    case confirm
    case resendCode = "resend-code"
    case signIn = "sign-in"
    case forgotPassword = "forgot-password"
    case confirmForgotPassword = "confirm-forgot-password"
    case token
  }

  func respond(to call: HTTPCall) async -> HTTPResponse {
    let path = (call.segments ?? []).dropFirst().map { $0.percentDecoded() }
    do throws(PoolError) {
      switch (path.first, path.count) {
      case ("users", 1):
        switch call.method {
        case "GET": return Self.response(await cognito.users)
        case "POST": return try await signUp(call)
        default: return .methodNotAllowed(allowed: "GET, POST")
        }
      case ("users", 2):
        guard call.method == "DELETE" else { return .methodNotAllowed(allowed: "DELETE") }
        return try await delete(path[1], call)
      case ("users", 3):
        guard let action = Action(rawValue: path[2]) else { return .notFound }
        guard call.method == "POST" else { return .methodNotAllowed(allowed: "POST") }
        return try await act(action, on: path[1], PoolRequest(json: call.body, mayBeEmpty: true))
      case ("admin-create-user", 1), ("federated-sign-in", 1):
        guard call.method == "POST" else { return .methodNotAllowed(allowed: "POST") }
        let request = try PoolRequest(json: call.body)
        return try await path[0] == "admin-create-user" ? adminCreateUser(request) : federatedSignIn(request)
      default: return .notFound
      }
    } catch {
      return Self.response(Cognito.Step(failure: error))
    }
  }

  private func signUp(_ call: HTTPCall) async throws(PoolError) -> HTTPResponse {
    let request = try PoolRequest(json: call.body)
    let account = try NewAccount(request)
    let confirms = try request.flag("confirm", default: true)
    return await toTheEnd(status: 201) { await cognito.signUp(account, confirms: confirms) }
  }

  private func adminCreateUser(_ request: PoolRequest) async throws(PoolError) -> HTTPResponse {
    var account = try NewAccount(request)
    let temporaryPassword = try request.text("temporary_password") ?? PasswordHash.randomPassword()
    account.password = try PasswordHash(temporaryPassword)
    return await toTheEnd(status: 201) { [account] in
      await cognito.adminCreateUser(account, temporaryPassword: temporaryPassword, isEmailVerified: true)
    }
  }

  private func federatedSignIn(_ request: PoolRequest) async throws(PoolError) -> HTTPResponse {
    let identity = try FederatedIdentity(request)
    var attributes = try request.attributes()
    if try request.flag("email_verified", default: false) { attributes["email_verified"] = "true" }
    return await toTheEnd(status: 200) { [attributes] in
      await cognito.federatedSignIn(identity, attributes: attributes)
    }
  }

  private func act(
    _ action: Action, on user: String, _ request: PoolRequest
  ) async throws(PoolError) -> HTTPResponse {
    let metadata = try request.metadata("clientMetadata")
    let code = try request.text("code")
    let cognito = cognito
    switch action {
    case .confirm:
      return await toTheEnd { await cognito.confirmSignUp(user, code: code, clientMetadata: metadata) }
    case .resendCode: return await toTheEnd { await cognito.resendCode(user, clientMetadata: metadata) }
    case .forgotPassword: return await toTheEnd { await cognito.forgotPassword(user, clientMetadata: metadata) }
    case .confirmForgotPassword:
      let password = try request.password("password")
      return await toTheEnd {
        await cognito.confirmForgotPassword(user, code: code, password: password, clientMetadata: metadata)
      }
    case .signIn:
      let password = try request.text("password")
      let newPassword = try request.password("new_password")
      return await toTheEnd {
        await cognito.signIn(user, password: password, newPassword: newPassword, clientMetadata: metadata)
      }
    case .token: return await toTheEnd(tellsUser: false) { await cognito.refresh(user) }
    }
  }

  /// An administrator may delete anybody, and who shows a token themselves alone.
  private func delete(_ user: String, _ call: HTTPCall) async throws(PoolError) -> HTTPResponse {
    if let authorization = call.header("authorization") {
      let token = authorization.lowercased().hasPrefix("bearer ") ? authorization.dropFirst(7) : authorization[...]
      let claims = cognito.tokens.claims(of: String(token), at: Cognito.now)
      guard let sub = claims?.first(where: { $0.name == "sub" })?.value,
        try await cognito.pool.user(user).sub == sub
      else { throw .notAuthorized("Access Token has been revoked") }
    }
    try await cognito.delete(user)
    return HTTPResponse(status: 204)
  }

  /// In a task of its own: a call of a trigger that has begun goes on when the client hangs up.
  private func toTheEnd(
    status: Int = 200, tellsUser: Bool = true, _ step: @escaping @Sendable () async -> Cognito.Step
  ) async -> HTTPResponse {
    Self.response(await Task { await step() }.value, status: status, tellsUser: tellsUser)
  }

  private static func response(_ users: [PoolUser]) -> HTTPResponse {
    .json(JSONWriter.array { for user in users { $0.object { user.write(to: &$0) } } })
  }

  private static func response(
    _ step: Cognito.Step, status: Int = 200, tellsUser: Bool = true
  ) -> HTTPResponse {
    .json(
      JSONWriter.object {
        if let failure = step.failure {
          $0.add("__type", failure.type)
          $0.add("message", failure.message)
        }
        if tellsUser, let user = step.user { $0.object("user") { user.write(to: &$0) } }
        if let password = step.temporaryPassword { $0.add("temporary_password", password) }
        if step.isNewPasswordRequired { $0.add("challenge", "NEW_PASSWORD_REQUIRED") }
        if let delivery = step.delivery {
          $0.object("delivery") {
            $0.add("destination", delivery.destination)
            $0.add("subject", delivery.message.subject)
            $0.add("message", delivery.message.text)
          }
        }
        if let last = step.calls.last { last.write(to: &$0) }
        if step.calls.count > 1 {
          $0.array("triggers") { for call in step.calls { $0.object { call.write(to: &$0) } } }
        }
        if step.failure == nil, let tokens = step.tokens {
          $0.add("id_token", tokens.id)
          $0.add("access_token", tokens.access)
          $0.add("expires_in", Int(TokenIssuer.lifetime))
        }
      }, status: step.failure?.status ?? status)
  }
}

extension Cognito.TriggerCall {
  fileprivate func write(to object: inout JSONObjectWriter) {
    object.add("triggerSource", source.rawValue)
    object.add("attempts", attempts)
    object.add("requestId", requestID)
  }
}

extension FederatedIdentity {
  /// Reads who somebody is: `provider`, and `user_id`, which is a new one where it is absent.
  fileprivate init(_ request: PoolRequest) throws(PoolError) {
    provider = try request.requiredText("provider")
    guard provider.count <= 32, !provider.contains(where: { $0 == "_" || $0.isWhitespace }) else {
      throw .invalidParameter("A provider's name has at most 32 characters, and no spaces and underscores.")
    }
    userID = try request.text("user_id") ?? "1" + String((0..<20).map { _ in Character(String(Int.random(in: 0...9))) })
    guard userID.utf8.count <= 128, !userID.contains(where: \.isWhitespace) else {
      throw .invalidParameter("A provider's id of a user has at most 128 bytes, and no spaces.")
    }
    created = millisecondsSinceEpoch()
  }
}
