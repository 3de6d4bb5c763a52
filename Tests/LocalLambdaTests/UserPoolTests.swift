import Testing

@testable import LocalLambda

/// The accounts, as a value: each state of an account, what is done to it, and what comes of that.
struct UserPoolTests {
  private static let now: Int64 = 1_795_000_000
  private static let password = "Correct-horse-1"

  private static func user(
    _ sub: String = "1", _ status: PoolUser.Status = .confirmed, _ attributes: [String: String] = ["email": "a@b.c"],
    password: String? = nil
  ) throws -> PoolUser {
    var user = PoolUser(
      sub: sub, status: status, attributes: attributes, password: try password.map { try PasswordHash($0) })
    user.isEmailVerified = status != .unconfirmed && user.email != nil
    if status == .forceChangePassword { user.temporaryPasswordEnd = now + 100 }
    if status == .externalProvider {
      user.identity = FederatedIdentity(provider: "Google", userID: "1", created: now * 1000)
    }
    return user
  }

  private static func pool(_ users: PoolUser...) throws -> UserPool {
    var pool = UserPool()
    for user in users { try pool.add(user, at: now) }
    return pool
  }

  private static func code(_ purpose: ConfirmationCode.Purpose, failures: Int = 0) -> ConfirmationCode {
    ConfirmationCode(purpose: purpose, digits: "123456", end: now + 60, failures: failures)
  }

  // MARK: Aliases

  @Test(arguments: [
    (["email": "A@Example.com"], "email"), (["preferred_username": "ANN", "email": "x@y.z"], "preferred_username"),
  ])
  func `An alias is taken once, whatever its case`(attributes: [String: String], alias: String) throws {
    var pool = try Self.pool(
      Self.user("1", .confirmed, ["preferred_username": "ann", "email": "a@example.com"]))
    #expect(throws: PoolError.usernameExists(attribute: alias)) {
      try pool.add(Self.user("2", .confirmed, attributes), at: Self.now)
    }
    #expect(pool.users.map(\.sub) == ["1"])
    // Nothing of the refused one has stayed.
    try pool.add(Self.user("3", .confirmed, ["email": "x@y.z"]), at: Self.now)
    #expect(pool.users.map(\.sub) == ["1", "3"])
  }

  @Test func `Whoever is deleted is gone, and their aliases are free`() throws {
    var pool = try Self.pool(Self.user("1"), Self.user("2", .confirmed, ["preferred_username": "bob"]))
    try pool.delete("1")
    #expect(throws: PoolError.userNotFound) { try pool.user("1") }
    #expect(throws: PoolError.userNotFound) { try pool.delete("1") }
    #expect(throws: PoolError.usernameExists(attribute: "preferred_username")) {
      try pool.add(Self.user("3", .confirmed, ["preferred_username": "Bob"]), at: Self.now)
    }
    try pool.add(Self.user("4"), at: Self.now)
    #expect(pool.users.map(\.sub) == ["2", "4"])
  }

  @Test func `Somebody is found by their sub, their user name and their aliases, and an id comes before an alias`()
    throws
  {
    var google = PoolUser(sub: "9", username: "Google_9", status: .externalProvider, attributes: ["email": "a@b.c"])
    google.identity = FederatedIdentity(provider: "Google", userID: "9", created: 1)
    let pool = try Self.pool(
      Self.user("1", .confirmed, ["preferred_username": "2", "email": "a@b.c"]),
      Self.user("2", .confirmed, ["preferred_username": "bob"]), google)
    for (name, sub) in ["1": "1", "A@B.c": "1", "2": "2", "BOB": "2", "Google_9": "9"] {
      #expect(try pool.user(name).sub == sub, "\(name)")
    }
    for name in ["", "nobody", "GOOGLE_9"] { #expect(throws: PoolError.userNotFound) { try pool.user(name) } }
  }

  // MARK: Confirmation

  @Test(arguments: [
    (PoolUser.Status.unconfirmed, nil as PoolError?),
    (.confirmed, .notAuthorized("User cannot be confirmed. Current status is CONFIRMED")),
    (.forceChangePassword, .notAuthorized("User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD")),
    (.resetRequired, .notAuthorized("User cannot be confirmed. Current status is RESET_REQUIRED")),
    (.externalProvider, .notAuthorized("User cannot be confirmed. Current status is EXTERNAL_PROVIDER")),
  ])
  func `An administrator confirms whoever has signed up`(status: PoolUser.Status, refusal: PoolError?) throws {
    var pool = try Self.pool(Self.user("1", status))
    let before = pool
    if let refusal {
      #expect(throws: refusal) { try pool.confirm("1", code: nil, at: Self.now) }
      #expect(pool == before)
    } else {
      try pool.confirm("1", code: nil, at: Self.now + 5)
      #expect(pool.users.first?.status == .confirmed)
      #expect(pool.users.first?.isEmailVerified == false, "nobody has shown that it is theirs")
      #expect(pool.users.first?.modified == Self.now + 5)
    }
  }

  @Test func `The right code confirms, and verifies the address`() throws {
    var pool = try Self.pool(Self.user("1", .unconfirmed))
    #expect(throws: PoolError.expiredCode, "none was sent") { try pool.confirm("1", code: "123456", at: Self.now) }
    try pool.send(Self.code(.signUp), to: "1", at: Self.now)
    #expect(throws: PoolError.codeMismatch) { try pool.confirm("1", code: "654321", at: Self.now) }
    #expect(throws: PoolError.expiredCode) { try pool.confirm("1", code: "123456", at: Self.now + 60) }
    try pool.confirm("1", code: "123456", at: Self.now + 59)
    let user = try pool.user("1")
    #expect(user.status == .confirmed)
    #expect(user.isEmailVerified)
    #expect(user.code == nil)
  }

  @Test func `After five wrong codes the right one does not help, and a new one does`() throws {
    var pool = try Self.pool(Self.user("1", .unconfirmed))
    try pool.send(Self.code(.signUp), to: "1", at: Self.now)
    for _ in 1...5 {
      #expect(throws: PoolError.codeMismatch) { try pool.confirm("1", code: "0", at: Self.now) }
    }
    #expect(throws: PoolError.limitExceeded) { try pool.confirm("1", code: "123456", at: Self.now) }
    try pool.send(Self.code(.signUp), to: "1", at: Self.now)
    try pool.confirm("1", code: "123456", at: Self.now)
  }

  @Test func `A code is good for one purpose`() throws {
    var reset = try Self.user()
    reset.code = Self.code(.signUp)
    var pool = try Self.pool(reset)
    #expect(throws: PoolError.expiredCode) {
      try pool.resetPassword(of: "1", code: "123456", password: nil, at: Self.now)
    }
  }

  @Test func `Codes have six digits, and live as long as Cognito's`() {
    for (purpose, lifetime) in [(ConfirmationCode.Purpose.signUp, 86_400), (.forgottenPassword, 3600)] {
      let code = ConfirmationCode.random(for: purpose, at: Self.now)
      #expect(code.digits.count == 6 && Int(code.digits) != nil)
      #expect(code.end == Self.now + Int64(lifetime))
    }
  }

  // MARK: Forgotten passwords

  @Test(arguments: [
    (PoolUser.Status.confirmed, nil as PoolError?), (.resetRequired, nil), (.unconfirmed, .noVerifiedAddress),
    (.forceChangePassword, .notAuthorized("User password cannot be reset in the current state.")),
    (.externalProvider, .notAuthorized("User password cannot be reset in the current state.")),
  ])
  func `A forgotten password is reset where there is one`(status: PoolUser.Status, refusal: PoolError?) throws {
    var pool = try Self.pool(Self.user("1", status))
    let before = pool
    let code = Self.code(.forgottenPassword)
    if let refusal {
      #expect(throws: refusal) { try pool.send(code, to: "1", at: Self.now) }
      #expect(throws: refusal) { try pool.resetPassword(of: "1", code: nil, password: nil, at: Self.now) }
      #expect(pool == before)
      return
    }
    try pool.send(code, to: "1", at: Self.now)
    #expect(throws: PoolError.codeMismatch) {
      try pool.resetPassword(of: "1", code: "1", password: nil, at: Self.now)
    }
    let password = try PasswordHash(Self.password)
    try pool.resetPassword(of: "1", code: "123456", password: password, at: Self.now)
    #expect(try pool.user("1").status == .confirmed)
    #expect(try pool.user("1").code == nil)
    // Without a new one it is what it was.
    try pool.resetPassword(of: "1", code: nil, password: nil, at: Self.now)
    #expect(try pool.user("1").password == password)
  }

  @Test func `Whoever has no verified address gets no code for a forgotten password`() throws {
    for attributes in [["preferred_username": "bob"], ["email": "a@b.c"]] {
      var user = try Self.user("1", .confirmed, attributes)
      user.isEmailVerified = false
      var pool = try Self.pool(user)
      #expect(throws: PoolError.noVerifiedAddress) {
        try pool.send(Self.code(.forgottenPassword), to: "1", at: Self.now)
      }
    }
  }

  // MARK: Signing in

  @Test(
    arguments: [
      (PoolUser.Status.confirmed, .success(.done)), (.externalProvider, .success(.done)),
      (.unconfirmed, .failure(.userNotConfirmed)), (.resetRequired, .failure(.passwordResetRequired)),
      (.forceChangePassword, .success(.newPasswordRequired)),
    ] as [(PoolUser.Status, Result<UserPool.SignIn, PoolError>)])
  func `A sign-in ends as the account's state says, once the password is right`(
    status: PoolUser.Status, outcome: Result<UserPool.SignIn, PoolError>
  ) throws {
    let isOpen = status == .externalProvider
    var pool = try Self.pool(Self.user("1", status, password: isOpen ? nil : Self.password))
    func signIn(_ password: String?) -> Result<UserPool.SignIn, PoolError> {
      do throws(PoolError) {
        return .success(try pool.signIn("1", password: password, newPassword: nil, at: Self.now))
      } catch { return .failure(error) }
    }
    #expect(signIn(isOpen ? nil : Self.password) == outcome)
    guard status != .resetRequired else { return }
    for wrong in isOpen ? ["", Self.password] : ["", nil, "correct-horse-1", Self.password + " "] {
      #expect(signIn(wrong) == .failure(.wrongPassword), "\(wrong ?? "nothing")")
    }
  }

  @Test func `An administrator's user sets a password of their own, while the other is good`() throws {
    var pool = try Self.pool(Self.user("1", .forceChangePassword, password: Self.password))
    let own = try PasswordHash("Battery-staple-2")
    #expect(throws: PoolError.self) {
      try pool.signIn("1", password: Self.password, newPassword: own, at: Self.now + 100)
    }
    #expect(
      try pool.signIn("1", password: Self.password, newPassword: own, at: Self.now + 99) == .newPasswordSet)
    #expect(try pool.user("1").status == .confirmed)
    #expect(throws: PoolError.wrongPassword) {
      try pool.signIn("1", password: Self.password, newPassword: nil, at: Self.now)
    }
    #expect(try pool.signIn("1", password: "Battery-staple-2", newPassword: nil, at: Self.now + 999) == .done)
    #expect(throws: PoolError.notAuthorized("The password is set already.")) {
      try pool.setNewPassword(own, of: "1", at: Self.now)
    }
  }

  @Test(arguments: [
    (PoolUser.Status.confirmed, nil as String?), (.externalProvider, nil),
    (.unconfirmed, "UserNotConfirmedException"), (.resetRequired, "PasswordResetRequiredException"),
    (.forceChangePassword, "NotAuthorizedException"),
  ])
  func `Tokens are for those who could sign in`(status: PoolUser.Status, refusal: String?) throws {
    let pool = try Self.pool(Self.user("1", status))
    if let refusal {
      let error = #expect(throws: PoolError.self) { try pool.checkTokens(of: "1") }
      #expect(error?.type == refusal)
    } else {
      try pool.checkTokens(of: "1")
    }
  }

  // MARK: Passwords

  @Test(arguments: [
    ("Short-1", "Password not long enough"), ("NO-LOWERCASE-1", "Password must have lowercase characters"),
    ("no-uppercase-1", "Password must have uppercase characters"),
    ("No-number-here", "Password must have numeric characters"),
    ("Nosymbols11", "Password must have symbol characters"), ("Ä-größe-1", "Password must have uppercase characters"),
    (String(repeating: "Aa1-", count: 65), "Password too long"),
  ])
  func `A password is held to Cognito's policy`(password: String, lack: String) {
    let error = #expect(throws: PoolError.self) { try PasswordHash(password) }
    #expect(error?.type == "InvalidPasswordException")
    #expect(error?.message == "Password did not conform with policy: \(lack)")
  }

  @Test func `A hash tells its password from others, and two of one password differ`() throws {
    let hash = try PasswordHash(Self.password)
    #expect(hash.matches(Self.password))
    #expect(!hash.matches(Self.password + "2"))
    #expect(!hash.matches(""))
    #expect(try PasswordHash(Self.password) != hash)
    for _ in 1...20 { #expect(PasswordHash.lack(of: PasswordHash.randomPassword()) == nil) }
  }
}
