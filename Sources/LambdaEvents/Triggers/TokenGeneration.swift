public import JSON
public import LambdaRuntime

extension TriggerSource {
  /// Somebody signed in on Cognito's own pages.
  public static let tokenGenerationHostedAuth = TriggerSource(rawValue: "TokenGeneration_HostedAuth")
  /// Somebody signed in.
  public static let tokenGenerationAuthentication = TriggerSource(rawValue: "TokenGeneration_Authentication")
  /// Somebody whom an administrator made has set their password.
  public static let tokenGenerationNewPasswordChallenge = TriggerSource(
    rawValue: "TokenGeneration_NewPasswordChallenge")
  /// Somebody's device was authenticated.
  public static let tokenGenerationAuthenticateDevice = TriggerSource(rawValue: "TokenGeneration_AuthenticateDevice")
  /// Tokens are to be refreshed.
  public static let tokenGenerationRefreshTokens = TriggerSource(rawValue: "TokenGeneration_RefreshTokens")
  /// A machine asks for an access token, in version 3 alone.
  public static let tokenGenerationClientCredentials = TriggerSource(rawValue: "TokenGeneration_ClientCredentials")
}

/// The trigger that runs before tokens are made.
///
/// Version 1 of the event changes the id token, versions 2 and 3 the access token as well, and only in version 3 does a
/// machine's (``TriggerSource/tokenGenerationClientCredentials``) come here. Source:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html>.
public struct TokenGeneration: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The version of the event, as the pool is set: 1, 2, 3.
  public let version: Int

  /// The user's attributes; none where it is a machine.
  public let userAttributes: UserAttributes

  /// The groups that the user is in.
  public let groups: Groups

  /// The scopes of the access token; none in version 1.
  public let scopes: [String]

  /// Covers every way to get tokens.
  public static func covers(_ source: TriggerSource) -> Bool {
    switch source {
    case .tokenGenerationHostedAuth, .tokenGenerationAuthentication, .tokenGenerationNewPasswordChallenge,
      .tokenGenerationAuthenticateDevice, .tokenGenerationRefreshTokens, .tokenGenerationClientCredentials:
      true
    default: false
    }
  }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    version = event.version
    userAttributes = try event.userAttributesIfAny()
    groups = try Groups(event.requestMember("groupConfiguration"))
    scopes = try JSONValue.texts(event.requestMember("scopes"))
  }

  /// Groups of the pool, and the roles of IAM that go with them.
  public struct Groups: Sendable, Equatable {
    /// The names of the groups.
    public var names: [String]
    /// The ARNs of the groups' roles.
    public var iamRoles: [String]
    /// The ARN of the role that is taken.
    public var preferredRole: String?

    /// Makes a list of groups.
    public init(names: [String], iamRoles: [String] = [], preferredRole: String? = nil) {
      self.names = names
      self.iamRoles = iamRoles
      self.preferredRole = preferredRole
    }

    init(_ value: JSONValue?) throws(JSONError) {
      names = try JSONValue.texts(value?["groupsToOverride"])
      iamRoles = try JSONValue.texts(value?["iamRolesToOverride"])
      preferredRole = try value?["preferredRole"].flatMap { $0.isNull ? nil : $0 }?.string()
    }
  }

  /// What is to be different in the tokens. What is empty is not said.
  public struct Response: CognitoResponse {
    /// What is to be different in the id token.
    public var idToken: IDToken
    /// What is to be different in the access token, from version 2 on.
    public var accessToken: AccessToken
    /// The groups in the place of the user's; nil for the user's.
    public var groups: Groups?

    /// Makes a response.
    public init(idToken: IDToken = IDToken(), accessToken: AccessToken = AccessToken(), groups: Groups? = nil) {
      self.idToken = idToken
      self.accessToken = accessToken
      self.groups = groups
    }
  }

  /// What is to be different in an id token.
  public struct IDToken: Sendable {
    /// Claims to add, or to replace. In version 1 they are strings.
    public var claims: [String: ClaimValue]
    /// Claims to leave out.
    public var suppressedClaims: [String]

    /// Says what is to be different.
    public init(claims: [String: ClaimValue] = [:], suppressedClaims: [String] = []) {
      self.claims = claims
      self.suppressedClaims = suppressedClaims
    }

    var isEmpty: Bool { claims.isEmpty && suppressedClaims.isEmpty }
  }

  /// What is to be different in an access token.
  public struct AccessToken: Sendable {
    /// Claims to add, or to replace.
    public var claims: [String: ClaimValue]
    /// Claims to leave out.
    public var suppressedClaims: [String]
    /// Scopes to add.
    public var scopes: [String]
    /// Scopes to leave out.
    public var suppressedScopes: [String]

    /// Says what is to be different.
    public init(
      claims: [String: ClaimValue] = [:], suppressedClaims: [String] = [], scopes: [String] = [],
      suppressedScopes: [String] = []
    ) {
      self.claims = claims
      self.suppressedClaims = suppressedClaims
      self.scopes = scopes
      self.suppressedScopes = suppressedScopes
    }

    var isEmpty: Bool {
      claims.isEmpty && suppressedClaims.isEmpty && scopes.isEmpty && suppressedScopes.isEmpty
    }
  }
}

extension TokenGeneration.Response {
  /// Writes what is to be different, in the form of the event's version.
  ///
  /// - Throws: ``TokenGenerationError`` where version 1 cannot say it: Cognito would leave it out without a word.
  public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) throws {
    guard !idToken.isEmpty || !accessToken.isEmpty || groups != nil else { return }
    guard event.version == 1 else {
      response.object("claimsAndScopeOverrideDetails") {
        if !idToken.isEmpty { $0.object("idTokenGeneration") { write(idToken, to: &$0) } }
        if !accessToken.isEmpty { $0.object("accessTokenGeneration") { write(accessToken, to: &$0) } }
        write(groups, to: &$0)
      }
      return
    }
    guard accessToken.isEmpty else { throw TokenGenerationError.accessToken }
    if let claim = idToken.claims.keys.sorted().first(where: { idToken.claims[$0]?.isString == false }) {
      throw TokenGenerationError.notAString(claim: claim)
    }
    response.object("claimsOverrideDetails") {
      write(idToken, to: &$0)
      write(groups, to: &$0)
    }
  }

  private func write(_ token: TokenGeneration.IDToken, to object: inout JSONObjectWriter) {
    write(token.claims, suppressing: token.suppressedClaims, to: &object)
  }

  private func write(_ token: TokenGeneration.AccessToken, to object: inout JSONObjectWriter) {
    write(token.claims, suppressing: token.suppressedClaims, to: &object)
    if !token.scopes.isEmpty { object.add("scopesToAdd", token.scopes) }
    if !token.suppressedScopes.isEmpty { object.add("scopesToSuppress", token.suppressedScopes) }
  }

  private func write(
    _ claims: [String: ClaimValue], suppressing suppressed: [String], to object: inout JSONObjectWriter
  ) {
    if !claims.isEmpty { ClaimValue.object(claims).write(to: &object, "claimsToAddOrOverride") }
    if !suppressed.isEmpty { object.add("claimsToSuppress", suppressed) }
  }

  private func write(_ groups: TokenGeneration.Groups?, to object: inout JSONObjectWriter) {
    guard let groups else { return }
    object.object("groupOverrideDetails") {
      $0.add("groupsToOverride", groups.names)
      $0.add("iamRolesToOverride", groups.iamRoles)
      if let role = groups.preferredRole { $0.add("preferredRole", role) }
    }
  }
}

extension CognitoEvent {
  /// The version of the event, a string, or a number where a person wrote it; 1 where it says none.
  fileprivate var version: Int {
    guard let version = document.root["version"] else { return 1 }
    return (try? version.kind == .number ? version.numberText() : version.string()).flatMap { Int($0) } ?? 1
  }
}

/// Something that an event of version 1 cannot be answered with. The pool decides the version (`LambdaVersion`).
public enum TokenGenerationError: LambdaError, Equatable {
  /// A change of the access token.
  case accessToken
  /// A claim that is no string.
  case notAString(claim: String)

  /// `Function.InvalidResponse`.
  public var errorType: ErrorType { .function("InvalidResponse") }

  /// What it is, and what to set.
  public var errorMessage: String {
    let advice = "set the LambdaVersion of the pool's PreTokenGenerationConfig to V2_0 or V3_0."
    return switch self {
    case .accessToken: "A V1_0 event cannot change the access token: \(advice)"
    case .notAString(let claim): "A V1_0 event's claims are strings, and \(claim) is none: \(advice)"
    }
  }
}
