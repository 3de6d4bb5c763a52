/// The accounts of a user pool, and what may be done with them: a value without I/O, whose clock is in its callers' hands.
///
/// People sign in by their e-mail address or their preferred user name, so that two may not share one; case does not
/// count, see <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>. Times are in
/// seconds since the Unix epoch.
struct UserPool: Sendable, Equatable {
  static let id = "us-east-1_local"
  static let clientID = "local"

  /// In seconds: <https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html>.
  static let temporaryPasswordLifetime: Int64 = 7 * 24 * 3600

  /// In the order in which they were made.
  private(set) var users: [PoolUser] = []

  // MARK: Finding

  /// Finds somebody by their `sub`, their user name or an alias.
  ///
  /// - Throws: ``PoolError/userNotFound``.
  func user(_ name: String) throws(PoolError) -> PoolUser {
    users[try index(of: name)]
  }

  /// Checks that an account could be made.
  ///
  /// - Throws: ``PoolError/usernameExists(attribute:)`` where somebody else has an alias, or the user name.
  func check(_ user: PoolUser) throws(PoolError) {
    let taken = Set(users.flatMap(\.aliases).map(\.value))
    for (attribute, alias) in user.aliases where taken.contains(alias) { throw .usernameExists(attribute: attribute) }
    guard !users.contains(where: { $0.username == user.username || $0.sub == user.sub }) else {
      throw .usernameExists(attribute: "username")
    }
  }

  // MARK: Accounts

  /// Makes an account.
  ///
  /// - Throws: As ``check(_:)`` does.
  mutating func add(_ user: PoolUser, at now: Int64) throws(PoolError) {
    try check(user)
    var user = user
    user.created = now
    user.modified = now
    users.append(user)
  }

  /// Takes an account as it was stored.
  ///
  /// - Throws: As ``check(_:)`` does.
  mutating func restore(_ user: PoolUser) throws(PoolError) {
    try check(user)
    users.append(user)
  }

  /// Deletes an account, whose aliases are free then.
  ///
  /// - Throws: ``PoolError/userNotFound``.
  mutating func delete(_ name: String) throws(PoolError) {
    users.remove(at: try index(of: name))
  }

  // MARK: Codes

  /// What a code could be sent to somebody for.
  ///
  /// - Throws: What Cognito refuses of an account in this state.
  func check(_ purpose: ConfirmationCode.Purpose, of name: String) throws(PoolError) {
    let user = try user(name)
    switch (purpose, user.status) {
    case (.signUp, .unconfirmed), (.forgottenPassword, .confirmed), (.forgottenPassword, .resetRequired): break
    case (.signUp, _): throw .invalidParameter("User is already confirmed.")
    case (.forgottenPassword, .unconfirmed): throw .noVerifiedAddress
    case (.forgottenPassword, _): throw .notAuthorized("User password cannot be reset in the current state.")
    }
    guard purpose == .signUp || user.isEmailVerified else { throw .noVerifiedAddress }
  }

  /// Gives somebody a code, in the place of an older one.
  ///
  /// - Throws: As ``check(_:of:)`` does.
  mutating func send(_ code: ConfirmationCode, to name: String, at now: Int64) throws(PoolError) {
    try check(code.purpose, of: name)
    change(try index(of: name), at: now) { $0.code = code }
  }

  /// Confirms a sign-up, by the code, or without one as an administrator may.
  ///
  /// A right code shows that the e-mail address is theirs.
  ///
  /// - Throws: What Cognito refuses; a wrong code is counted.
  mutating func confirm(_ name: String, code: String?, at now: Int64) throws(PoolError) {
    let index = try index(of: name)
    guard users[index].status == .unconfirmed else {
      throw .notAuthorized("User cannot be confirmed. Current status is \(users[index].status.rawValue)")
    }
    if let code { try use(code, for: .signUp, of: index, at: now) }
    change(index, at: now) {
      $0.status = .confirmed
      $0.code = nil
      if code != nil { $0.isEmailVerified = true }
    }
  }

  /// Sets a password that somebody has forgotten, by the code, or without one as if it had been given; without a
  /// password, the account keeps what it has.
  ///
  /// - Throws: What Cognito refuses; a wrong code is counted.
  mutating func resetPassword(
    of name: String, code: String?, password: PasswordHash?, at now: Int64
  ) throws(PoolError) {
    try check(.forgottenPassword, of: name)
    let index = try index(of: name)
    if let code { try use(code, for: .forgottenPassword, of: index, at: now) }
    change(index, at: now) {
      $0.status = .confirmed
      $0.code = nil
      if let password { $0.password = password }
    }
  }

  private mutating func use(
    _ digits: String, for purpose: ConfirmationCode.Purpose, of index: Int, at now: Int64
  ) throws(PoolError) {
    guard let code = users[index].code, code.purpose == purpose, now < code.end else { throw .expiredCode }
    guard code.failures < ConfirmationCode.maximumFailures else { throw .limitExceeded }
    guard code.digits == digits else {
      users[index].code?.failures += 1
      throw .codeMismatch
    }
  }

  // MARK: Signing in

  /// How far a sign-in has come.
  enum SignIn: Equatable {
    case done
    /// They have to set a password of their own first.
    case newPasswordRequired
    /// They have set it.
    case newPasswordSet
  }

  /// Checks who somebody says that they are. An account without a password is signed in to without one, here alone.
  ///
  /// - Throws: What Cognito refuses.
  mutating func signIn(
    _ name: String, password: String?, newPassword: PasswordHash?, at now: Int64
  ) throws(PoolError) -> SignIn {
    let index = try index(of: name)
    let user = users[index]
    if user.status == .resetRequired { throw .passwordResetRequired }
    switch (user.password, password) {
    case (nil, nil): break
    case (let hash?, let password?) where hash.matches(password): break
    default: throw .wrongPassword
    }
    switch user.status {
    case .unconfirmed: throw .userNotConfirmed
    case .resetRequired: throw .passwordResetRequired
    case .confirmed, .externalProvider: return .done
    case .forceChangePassword:
      if let end = user.temporaryPasswordEnd, now >= end {
        throw .notAuthorized("Temporary password has expired and must be reset by an administrator.")
      }
      guard let newPassword else { return .newPasswordRequired }
      try setNewPassword(newPassword, of: name, at: now)
      return .newPasswordSet
    }
  }

  /// Sets the own password of somebody for whom an administrator made the account.
  ///
  /// - Throws: ``PoolError/notAuthorized(_:)`` of any other account; ``PoolError/userNotFound``.
  mutating func setNewPassword(_ password: PasswordHash, of name: String, at now: Int64) throws(PoolError) {
    let index = try index(of: name)
    guard users[index].status == .forceChangePassword else { throw .notAuthorized("The password is set already.") }
    change(index, at: now) {
      $0.password = password
      $0.temporaryPasswordEnd = nil
      $0.status = .confirmed
    }
  }

  /// Checks that somebody may have new tokens without signing in anew.
  ///
  /// - Throws: What a sign-in would be refused for.
  func checkTokens(of name: String) throws(PoolError) {
    switch try user(name).status {
    case .confirmed, .externalProvider: break
    case .unconfirmed: throw .userNotConfirmed
    case .resetRequired: throw .passwordResetRequired
    case .forceChangePassword: throw .notAuthorized("The user has to sign in with a new password first.")
    }
  }

  /// Takes over what a provider says of a federated user, who signs in again. A new e-mail address is not verified until
  /// the provider says so.
  ///
  /// - Throws: ``PoolError/userNotFound``.
  mutating func update(
    _ name: String, attributes: [String: String], isEmailVerified: Bool, at now: Int64
  ) throws(PoolError) {
    let index = try index(of: name)
    var user = users[index]
    user.isEmailVerified =
      attributes["email"] != nil
      && (isEmailVerified || user.isEmailVerified && user.email == attributes["email"])
    user.attributes = attributes
    guard user != users[index] else { return }
    change(index, at: now) { $0 = user }
  }

  private func index(of name: String) throws(PoolError) -> Int {
    // An id is somebody's before an alias is: nobody may take another's place by signing up as it.
    guard
      let index = users.firstIndex(where: { $0.sub == name || $0.username == name })
        ?? users.firstIndex(where: { $0.goes(by: name) })
    else { throw .userNotFound }
    return index
  }

  private mutating func change(_ index: Int, at now: Int64, _ change: (inout PoolUser) -> Void) {
    change(&users[index])
    users[index].modified = now
  }
}
