import JSON

/// What Cognito sends to a trigger:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
struct TriggerEvent {
  let source: Trigger.Source
  let userName: String
  /// Whose attributes the event has; nil where the pool knows nobody.
  var user: PoolUser?
  /// What the app passed along, an object of texts.
  var clientMetadata: JSONValue?
  /// What the app passed along for the check alone, an object of texts.
  var validationData: JSONValue?
  /// Of somebody whom the pool does not know.
  var password: String?
  /// Who says who somebody is, and what.
  var provider: (identity: FederatedIdentity, attributes: [String: String])?
  var version = 1

  init(_ source: Trigger.Source, of user: PoolUser) {
    self.source = source
    userName = user.username
    self.user = user
  }

  init(_ source: Trigger.Source, userName: String) {
    self.source = source
    self.userName = userName
  }

  /// The event's bytes.
  func json() -> [UInt8] {
    JSONWriter.object {
      $0.add("version", String(version))
      $0.add("region", "us-east-1")
      $0.add("userPoolId", UserPool.id)
      $0.add("userName", userName)
      $0.object("callerContext") {
        $0.add("awsSdkVersion", "aws-sdk-unknown-unknown")
        $0.add("clientId", UserPool.clientID)
      }
      $0.add("triggerSource", source.rawValue)
      $0.object("request") {
        if let user { $0.object("userAttributes") { write(user, to: &$0) } }
        writeRequest(to: &$0)
        if let clientMetadata { $0.add("clientMetadata", clientMetadata) }
      }
      $0.object("response", writeResponse)
    }
  }

  private func write(_ user: PoolUser, to attributes: inout JSONObjectWriter) {
    // Before there is an account, there is what it is to have.
    if source.trigger == .preSignUp {
      if user.identity != nil {
        for alias in ["email", "phone_number"] { attributes.add("cognito:\(alias)_alias", "") }
        if user.email != nil { attributes.add("email_verified", String(user.isEmailVerified)) }
      }
    } else {
      attributes.add("sub", user.sub)
      if let identity = user.identity { attributes.add("identities", String(decoding: identity.json, as: UTF8.self)) }
      if user.email != nil { attributes.add("email_verified", String(user.isEmailVerified)) }
      attributes.add("cognito:user_status", user.status.rawValue)
    }
    for (name, value) in user.orderedAttributes { attributes.add(name, value) }
  }

  private func writeRequest(to request: inout JSONObjectWriter) {
    switch source.trigger {
    case .preSignUp: request.add("validationData", validationData)
    case .preAuthentication:
      request.add("validationData", validationData)
      request.add("userNotFound", false)
    case .userMigration:
      request.add("password", password)
      request.add("validationData", validationData)
    // The pool remembers no devices.
    case .postAuthentication: request.add("newDeviceUsed", false)
    case .preTokenGeneration, .preTokenGenerationV2:
      request.object("groupConfiguration") {
        $0.array("groupsToOverride") { _ in }
        $0.array("iamRolesToOverride") { _ in }
        $0.addNull("preferredRole")
      }
      if version > 1 { request.array("scopes") { $0.add(TokenIssuer.scope) } }
    case .customMessage:
      request.add("codeParameter", Message.codeParameter)
      request.add("linkParameter", Message.linkParameter)
      request.add("usernameParameter", source == .messageAdminCreateUser ? Message.usernameParameter : nil)
    case .inboundFederation: writeProvider(to: &request)
    case .postConfirmation: break
    }
  }

  private func writeProvider(to request: inout JSONObjectWriter) {
    guard let provider else { return }
    request.add("providerName", provider.identity.provider)
    request.add("providerType", provider.identity.type)
    request.object("attributes") {
      $0.object("tokenResponse") { $0.add("token_type", "Bearer") }
      $0.object("idToken") {
        $0.add("sub", provider.identity.userID)
        for (name, value) in provider.attributes.sorted(by: { $0.key < $1.key }) { $0.add(name, value) }
      }
    }
  }

  /// What Cognito takes where a trigger does not say otherwise.
  private func writeResponse(to response: inout JSONObjectWriter) {
    let members: [String] =
      switch source.trigger {
      case .preSignUp:
        ["autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"]
      case .preTokenGeneration, .preTokenGenerationV2:
        [version == 1 ? "claimsOverrideDetails" : "claimsAndScopeOverrideDetails"]
      case .customMessage: ["smsMessage", "emailMessage", "emailSubject"]
      case .userMigration:
        [
          "userAttributes", "forceAliasCreation", "enableSMSMFA", "finalUserStatus", "messageAction",
          "desiredDeliveryMediums",
        ]
      case .inboundFederation, .postConfirmation, .preAuthentication, .postAuthentication: []
      }
    if source == .inboundFederation { response.object("userAttributesToMap") { _ in } }
    for member in members {
      if source.trigger == .preSignUp { response.add(member, false) } else { response.addNull(member) }
    }
  }
}

/// What Cognito would send by mail.
struct Message: Equatable {
  static let codeParameter = "{####}"
  static let linkParameter = "{##Click Here##}"
  static let usernameParameter = "{username}"

  let subject: String
  /// With the code in it.
  let text: String

  /// The pool's own words, unless a trigger has others.
  ///
  /// - Throws: ``Trigger/Failure/messageLacks(_:)``.
  init(
    _ source: Trigger.Source, code: String, userName: String, custom: TriggerResponse.Message?
  ) throws(Trigger.Failure) {
    let isInvitation = source == .messageAdminCreateUser
    let parameters = isInvitation ? [Self.codeParameter, Self.usernameParameter] : [Self.codeParameter]
    if let text = custom?.text, let missing = parameters.first(where: { !text.contains($0) }) {
      throw .messageLacks(missing)
    }
    let words =
      switch source {
      case .messageAdminCreateUser: "Your username is {username} and temporary password is {####}. "
      case .messageForgotPassword: "Your password reset code is {####}."
      default: "Your confirmation code is {####}."
      }
    subject = custom?.subject ?? (isInvitation ? "Your temporary password" : "Your verification code")
    text = (custom?.text ?? words).replacing(Self.codeParameter, with: code)
      .replacing(Self.usernameParameter, with: userName)
  }
}
