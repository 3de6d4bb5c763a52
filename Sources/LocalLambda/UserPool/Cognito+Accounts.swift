import JSON

/// How accounts come to be, are confirmed, and go.
extension Cognito {
  /// Signs somebody up. They wait for their code, unless a trigger confirms them, or `confirms` does so at once, as
  /// whoever tries the function wants it; that the trigger of the confirmation fails undoes neither.
  func signUp(_ account: NewAccount, confirms: Bool) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      var user = PoolUser(sub: .randomUUID(), attributes: account.attributes, password: account.password)
      try pool.check(user)
      var event = TriggerEvent(.preSignUp, of: user)
      event.clientMetadata = account.clientMetadata
      event.validationData = account.validationData
      let response = try await call(event, in: &step)
      let isConfirmed = try flag("autoConfirmUser", of: response, .preSignUp) || confirms
      let isVerified = try verifiesEmail(of: user, response, .preSignUp)
      user.isEmailVerified = isVerified || confirms && user.email != nil
      // At once, so that whoever is stored is confirmed, even if the disk is full then.
      if isConfirmed { user.status = .confirmed }
      try add(&user)
      step.user = user
      if isConfirmed {
        try await tellOfConfirmation(of: user, clientMetadata: account.clientMetadata, in: &step)
      } else if user.email != nil {
        try await sendCode(to: user, .messageSignUp, clientMetadata: account.clientMetadata, in: &step)
      }
    }
  }

  /// Confirms a sign-up, by the code, or without one as an administrator.
  func confirmSignUp(_ name: String, code: String?, clientMetadata: JSONValue?) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      let user = try pool.user(name)
      step.user = user
      let confirmed = try change { (pool) throws(PoolError) in
        try pool.confirm(user.sub, code: code, at: Self.now)
        return try pool.user(user.sub)
      }
      try await tellOfConfirmation(of: confirmed, clientMetadata: clientMetadata, in: &step)
    }
  }

  /// Sends the code of a sign-up once more, which is a new one.
  func resendCode(_ name: String, clientMetadata: JSONValue?) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      let user = try pool.user(name)
      step.user = user
      try pool.check(.signUp, of: user.sub)
      guard user.email != nil else {
        throw .invalidParameter("Cannot resend codes: the user has no email address.")
      }
      try await sendCode(to: user, .messageResendCode, clientMetadata: clientMetadata, in: &step)
    }
  }

  /// Makes an account as an administrator: whoever it is for has to set a password of their own, and no trigger hears of
  /// a confirmation. They get a message with the password, unless `sendsMessage` is false.
  func adminCreateUser(
    _ account: NewAccount, temporaryPassword: String, isEmailVerified: Bool, sendsMessage: Bool = true
  ) async -> Step {
    await step { (step: inout Step) throws(PoolError) in
      var user = PoolUser(
        sub: .randomUUID(), status: .forceChangePassword, attributes: account.attributes, password: account.password)
      user.temporaryPasswordEnd = Self.now + UserPool.temporaryPasswordLifetime
      user.isEmailVerified = isEmailVerified && user.email != nil
      try pool.check(user)
      var event = TriggerEvent(.preSignUpAdminCreateUser, of: user)
      event.clientMetadata = account.clientMetadata
      event.validationData = account.validationData
      try await call(event, in: &step)
      try add(&user)
      step.user = user
      step.temporaryPassword = temporaryPassword
      guard sendsMessage, user.email != nil else { return }
      try await deliver(
        temporaryPassword, to: user, .messageAdminCreateUser, clientMetadata: account.clientMetadata, in: &step)
    }
  }

  /// Deletes an account. No trigger hears of it, and tokens stay good until they expire.
  func delete(_ name: String) throws(PoolError) {
    try change { (pool) throws(PoolError) in try pool.delete(name) }
  }

  // MARK: What they share

  /// Makes the account, unless somebody else has taken its names while a trigger ran.
  func add(_ user: inout PoolUser) throws(PoolError) {
    let added = user
    user = try change { (pool) throws(PoolError) in
      try pool.add(added, at: Self.now)
      return try pool.user(added.sub)
    }
  }

  private func tellOfConfirmation(
    of user: PoolUser, clientMetadata: JSONValue?, in step: inout Step
  ) async throws(PoolError) {
    var event = TriggerEvent(.confirmSignUp, of: user)
    event.clientMetadata = clientMetadata
    try await call(event, in: &step)
  }

  /// Sends a code for what the message is about.
  func sendCode(
    to user: PoolUser, _ source: Trigger.Source, clientMetadata: JSONValue?, in step: inout Step
  ) async throws(PoolError) {
    let now = Self.now
    let code = ConfirmationCode.random(
      for: source == .messageForgotPassword ? .forgottenPassword : .signUp, at: now)
    try change { (pool) throws(PoolError) in try pool.send(code, to: user.sub, at: now) }
    try await deliver(code.digits, to: user, source, clientMetadata: clientMetadata, in: &step)
  }

  private func deliver(
    _ code: String, to user: PoolUser, _ source: Trigger.Source, clientMetadata: JSONValue?, in step: inout Step
  ) async throws(PoolError) {
    var event = TriggerEvent(source, of: user)
    event.clientMetadata = clientMetadata
    let response = try await call(event, in: &step)
    let message = try of(source) { () throws(Trigger.Failure) in
      try Message(source, code: code, userName: user.username, custom: response?.message())
    }
    step.delivery = Delivery(destination: (user.email ?? "").masked, message: message)
  }

  /// Whether a trigger says that the e-mail address of a new account is verified.
  ///
  /// - Throws: ``Trigger/Failure/nothingToVerify(_:)`` where it says so of an address or a number that there is not.
  func verifiesEmail(
    of user: PoolUser, _ response: TriggerResponse?, _ source: Trigger.Source
  ) throws(PoolError) -> Bool {
    for (name, attribute) in [("autoVerifyPhone", "phone_number"), ("autoVerifyEmail", "email")] {
      let isVerified = try flag(name, of: response, source)
      if isVerified, user.attributes[attribute] == nil { throw .trigger(source, .nothingToVerify(attribute)) }
    }
    return try flag("autoVerifyEmail", of: response, source)
  }

  /// What a trigger says of a new account; false where it says nothing.
  func flag(
    _ name: String, of response: TriggerResponse?, _ source: Trigger.Source
  ) throws(PoolError) -> Bool {
    try of(source) { () throws(Trigger.Failure) in try response?.flag(name) ?? false }
  }
}

extension String {
  /// An address of which its owner knows enough: `a***@e***`.
  fileprivate var masked: String {
    split(separator: "@").map { "\($0.prefix(1))***" }.joined(separator: "@")
  }
}
