import JSON

/// An account of the user pool.
///
/// An attribute that was not given is absent, as it is in a pool that does not require it.
struct PoolUser: Sendable, Equatable {
  /// What an account is, and with it what may be done with it:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html>.
  enum Status: String, Sendable, CaseIterable {
    /// They signed up, and have not given their code yet.
    case unconfirmed = "UNCONFIRMED"
    case confirmed = "CONFIRMED"
    /// An administrator made the account, and they have to set a password of their own.
    case forceChangePassword = "FORCE_CHANGE_PASSWORD"
    /// They came from elsewhere without a password, and have to set one by a code.
    case resetRequired = "RESET_REQUIRED"
    /// An identity provider knows them.
    case externalProvider = "EXTERNAL_PROVIDER"
  }

  /// The user's id, for good.
  let sub: String
  /// The `sub` where one signs in by an alias; a provider's name and its id of the user otherwise, as `Google_123`.
  let username: String
  var status = Status.unconfirmed
  /// Those that were given, under Cognito's names.
  var attributes: [String: String] = [:]
  /// Whether they have shown that the e-mail address is theirs, or a trigger or an administrator says so.
  var isEmailVerified = false
  /// Who knows a federated user.
  var identity: FederatedIdentity?
  /// Nil of a federated user, and of an account that was made here without one.
  var password: PasswordHash?
  /// Until when a password that an administrator gave is good, in seconds since the Unix epoch.
  var temporaryPasswordEnd: Int64?
  /// The code that was sent last, until it is used.
  var code: ConfirmationCode?
  /// When the account was made, and changed last, in seconds since the Unix epoch.
  var created: Int64 = 0
  var modified: Int64 = 0

  init(
    sub: String, username: String? = nil, status: Status = .unconfirmed, attributes: [String: String] = [:],
    identity: FederatedIdentity? = nil, password: PasswordHash? = nil
  ) {
    self.sub = sub
    self.username = username ?? sub
    self.status = status
    self.attributes = attributes
    self.identity = identity
    self.password = password
  }

  var email: String? { attributes["email"] }

  /// The attributes that were given, those that most people have first.
  var orderedAttributes: [(name: String, value: String)] {
    let first = ["name", "preferred_username", "email"]
    return (first + attributes.keys.filter { !first.contains($0) }.sorted()).compactMap { name in
      attributes[name].map { (name, $0) }
    }
  }

  /// What they sign in by, in lower case, which does not count, and under which attribute. A federated user signs in at
  /// the provider.
  var aliases: [(attribute: String, value: String)] {
    identity != nil
      ? []
      : ["email", "preferred_username"].compactMap { attribute in
        attributes[attribute].map { (attribute, $0.lowercased()) }
      }
  }

  /// Whether this is whom somebody means by a `sub`, a user name or an alias.
  func goes(by name: String) -> Bool {
    sub == name || username == name || aliases.contains { $0.value == name.lowercased() }
  }

  /// Adds the members by which the page knows a user, all of them text.
  func write(to user: inout JSONObjectWriter) {
    user.add("sub", sub)
    user.add("username", username)
    user.add("status", status.rawValue)
    for (name, value) in orderedAttributes { user.add(name, value) }
    if let identity { user.add("provider", identity.provider) }
    if password != nil { user.add("password", "set") }
    if let code { user.add("code", code.digits) }
  }
}

/// Who somebody is at an identity provider.
struct FederatedIdentity: Sendable, Equatable {
  /// What the pool calls the provider.
  let provider: String
  /// The provider's id of the user.
  let userID: String
  /// When they first came, in milliseconds since the Unix epoch.
  let created: Int64

  /// `SAML` is not among them: whose name is no social provider's speaks OpenID Connect.
  var type: String {
    ["Google", "Facebook", "LoginWithAmazon", "SignInWithApple"].contains(provider) ? provider : "OIDC"
  }

  /// The attribute `identities`, a text of JSON in an event and an array in a token.
  var json: [UInt8] {
    JSONWriter.array {
      $0.object {
        $0.add("userId", userID)
        $0.add("providerName", provider)
        $0.add("providerType", type)
        $0.addNull("issuer")
        $0.add("primary", true)
        $0.add("dateCreated", Int(created))
      }
    }
  }
}

/// A code that Cognito would send by mail.
struct ConfirmationCode: Sendable, Equatable {
  /// What it confirms.
  enum Purpose: String, Sendable, CaseIterable {
    case signUp = "sign-up"
    case forgottenPassword = "forgotten-password"

    /// In seconds: <https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html>.
    var lifetime: Int64 {
      switch self {
      case .signUp: 24 * 3600
      case .forgottenPassword: 3600
      }
    }
  }

  /// How often one may give a wrong code. AWS documents five to twenty of a forgotten password's; a new code begins
  /// anew here.
  static let maximumFailures = 5

  let purpose: Purpose
  let digits: String
  /// In seconds since the Unix epoch.
  let end: Int64
  var failures = 0

  init(purpose: Purpose, digits: String, end: Int64, failures: Int = 0) {
    self.purpose = purpose
    self.digits = digits
    self.end = end
    self.failures = failures
  }

  /// A new code of six digits.
  static func random(for purpose: Purpose, at now: Int64) -> ConfirmationCode {
    let digits = String((0..<6).map { _ in Character(String(Int.random(in: 0...9))) })
    return ConfirmationCode(purpose: purpose, digits: digits, end: now + purpose.lifetime)
  }
}
