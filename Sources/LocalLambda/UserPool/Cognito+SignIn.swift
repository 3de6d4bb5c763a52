import JSON

/// How people sign in, and what they do who cannot.
extension Cognito {
  /// Signs somebody in, who gets no tokens if a trigger fails.
  ///
  /// Whom an administrator made an account for has to set a password of their own: without a new one they are told so.
  /// What an app passes along reaches, as with `InitiateAuth`, the checks alone, as their validation data:
  /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html>.
  func signIn(
    _ name: String, password: String?, newPassword: PasswordHash? = nil, clientMetadata: JSONValue? = nil
  ) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      let user = try await knownUser(
        name, .migrationAuthentication, password: password, clientMetadata: clientMetadata, in: &step)
      step.user = user
      var event = TriggerEvent(.preAuthentication, of: user)
      event.validationData = clientMetadata
      try await call(event, in: &step)
      let signIn = try change { (pool) throws(PoolError) in
        try pool.signIn(user.sub, password: password, newPassword: newPassword, at: Self.now)
      }
      guard signIn != .newPasswordRequired else {
        step.isNewPasswordRequired = true
        return
      }
      try await complete(
        user, user.identity != nil ? .tokensHostedAuth : signIn == .done ? .tokensAuthentication : .tokensNewPassword,
        in: &step)
    }
  }

  /// Goes on with a sign-in that waits for a new password, as `RespondToAuthChallenge` does; what the app passes along
  /// reaches the triggers after it.
  func respondWithNewPassword(
    sub: String, _ newPassword: PasswordHash, clientMetadata: JSONValue?
  ) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      step.user = try pool.user(sub)
      try change { (pool) throws(PoolError) in try pool.setNewPassword(newPassword, of: sub, at: Self.now) }
      try await complete(try pool.user(sub), .tokensNewPassword, clientMetadata: clientMetadata, in: &step)
    }
  }

  /// Signs somebody in whom an identity provider knows. The first time makes their account.
  ///
  /// The first sign-in is a sign-up and its confirmation to the triggers, and a later one a sign-in:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
  func federatedSignIn(_ identity: FederatedIdentity, attributes said: [String: String]) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      let username = "\(identity.provider)_\(identity.userID)"
      var inbound = TriggerEvent(.inboundFederation, userName: username)
      inbound.provider = (identity, said)
      let response = try await call(inbound, in: &step)
      let mapped = try of(.inboundFederation) { () throws(Trigger.Failure) in
        try response?.attributes("userAttributesToMap") ?? [:]
      }
      var attributes = mapped.isEmpty ? said : mapped
      let isVerified = attributes.removeValue(forKey: "email_verified") == "true"
      try PoolRequest.check(attributes)
      if (try? pool.user(username)) != nil {
        try change { (pool) throws(PoolError) in
          try pool.update(username, attributes: attributes, isEmailVerified: isVerified, at: Self.now)
        }
        let user = try pool.user(username)
        step.user = user
        try await call(TriggerEvent(.preAuthentication, of: user), in: &step)
        try await complete(user, .tokensHostedAuth, in: &step)
        return
      }
      var user = PoolUser(
        sub: .randomUUID(), username: username, status: .externalProvider, attributes: attributes, identity: identity)
      user.isEmailVerified = isVerified && user.email != nil
      let preSignUp = try await call(TriggerEvent(.preSignUpExternalProvider, of: user), in: &step)
      if try verifiesEmail(of: user, preSignUp, .preSignUpExternalProvider) { user.isEmailVerified = true }
      try add(&user)
      step.user = user
      try await call(TriggerEvent(.confirmSignUp, of: user), in: &step)
      try await issueTokens(to: user, .tokensHostedAuth, in: &step)
    }
  }

  /// Gives new tokens to somebody who is signed in.
  func refresh(_ name: String) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      let user = try pool.user(name)
      step.user = user
      try pool.checkTokens(of: user.sub)
      try await issueTokens(to: user, .tokensRefresh, in: &step)
    }
  }

  // MARK: Forgotten passwords

  /// Sends a code to somebody who has forgotten their password.
  func forgotPassword(_ name: String, clientMetadata: JSONValue?) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      let user = try await knownUser(
        name, .migrationForgotPassword, password: nil, clientMetadata: clientMetadata, in: &step)
      step.user = user
      try pool.check(.forgottenPassword, of: user.sub)
      try await sendCode(to: user, .messageForgotPassword, clientMetadata: clientMetadata, in: &step)
    }
  }

  /// Sets the new password of somebody who has forgotten theirs, by the code, or without one as if it had been given.
  func confirmForgotPassword(
    _ name: String, code: String?, password: PasswordHash?, clientMetadata: JSONValue? = nil
  ) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      let user = try pool.user(name)
      step.user = user
      let confirmed = try change { (pool) throws(PoolError) in
        try pool.resetPassword(of: user.sub, code: code, password: password, at: Self.now)
        return try pool.user(user.sub)
      }
      var event = TriggerEvent(.confirmForgotPassword, of: confirmed)
      event.clientMetadata = clientMetadata
      try await call(event, in: &step)
    }
  }

  // MARK: What they share

  private func complete(
    _ user: PoolUser, _ source: Trigger.Source, clientMetadata: JSONValue? = nil, in step: inout Step
  ) async throws(PoolError) {
    // As the sign-in left it.
    let user = try pool.user(user.sub)
    var event = TriggerEvent(.signIn, of: user)
    event.clientMetadata = clientMetadata
    try await call(event, in: &step)
    try await issueTokens(to: user, source, clientMetadata: clientMetadata, in: &step)
  }

  /// Somebody whom the pool knows, or whom a trigger fetches from elsewhere. Where that fails, nobody learns why.
  private func knownUser(
    _ name: String, _ source: Trigger.Source, password: String?, clientMetadata: JSONValue?, in step: inout Step
  ) async throws(PoolError) -> PoolUser {
    if let user = try? pool.user(name) { return user }
    var event = TriggerEvent(source, userName: name)
    event.password = password
    event.validationData = clientMetadata
    guard source == .migrationForgotPassword || password != nil, let response = try await call(event, in: &step) else {
      throw .userNotFound
    }
    // Another sign-in has fetched them meanwhile.
    if let user = try? pool.user(name) { return user }
    var attributes = try of(source) { () throws(Trigger.Failure) in try response.attributes("userAttributes") }
    guard !attributes.isEmpty else { throw .trigger(source, .notAnEvent) }
    let isVerified = attributes.removeValue(forKey: "email_verified") == "true"
    for name in ["username", "phone_number_verified", "sub"] { attributes.removeValue(forKey: name) }
    try PoolRequest.check(attributes)
    try PoolRequest.checkAlias(in: attributes)
    let status = try of(source) { () throws(Trigger.Failure) in try response.text("finalUserStatus") }
    var user = PoolUser(sub: .randomUUID(), status: .resetRequired, attributes: attributes)
    user.isEmailVerified = isVerified && user.email != nil
    if status == PoolUser.Status.confirmed.rawValue, let password {
      user.status = .confirmed
      user.password = try PasswordHash(migrated: password)
    }
    try add(&user)
    return user
  }
}
