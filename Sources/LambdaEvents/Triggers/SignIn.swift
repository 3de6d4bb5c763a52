public import JSON

extension TriggerSource {
  /// Somebody is about to sign in.
  public static let preAuthentication = TriggerSource(rawValue: "PreAuthentication_Authentication")
  /// Somebody has signed in.
  public static let postAuthentication = TriggerSource(rawValue: "PostAuthentication_Authentication")

  /// Somebody whom the pool does not know signs in with a password.
  public static let userMigrationAuthentication = TriggerSource(rawValue: "UserMigration_Authentication")
  /// Somebody whom the pool does not know has forgotten their password.
  public static let userMigrationForgotPassword = TriggerSource(rawValue: "UserMigration_ForgotPassword")
}

/// The trigger that runs before a sign-in is checked. An error refuses it.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html>.
public struct PreAuthentication: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes; none where there is no such user.
  public let userAttributes: UserAttributes

  /// What the app sent along for the check.
  public let validationData: [String: String]

  /// Whether there is no such user, and the app client is set to hide that.
  public let isUserNotFound: Bool

  /// Covers ``TriggerSource/preAuthentication``.
  public static func covers(_ source: TriggerSource) -> Bool { source == .preAuthentication }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributesIfAny()
    validationData = try event.texts("validationData")
    isUserNotFound = try event.flag("userNotFound")
  }
}

/// The trigger that runs after a sign-in.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html>.
public struct PostAuthentication: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes.
  public let userAttributes: UserAttributes

  /// Whether they signed in from a new device; false, too, where the pool does not remember devices.
  public let isNewDeviceUsed: Bool

  /// Covers ``TriggerSource/postAuthentication``.
  public static func covers(_ source: TriggerSource) -> Bool { source == .postAuthentication }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributes()
    isNewDeviceUsed = try event.flag("newDeviceUsed")
  }
}

/// The trigger that fetches a user from elsewhere, whom the pool does not know yet. An error says that there is no such
/// user.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html>.
public struct UserMigration: CognitoTrigger {
  /// The whole event; ``CognitoTrigger/userName`` is what they signed in with.
  public let event: CognitoEvent

  /// The password that they signed in with, which nothing may log; nil where they have forgotten it.
  public let password: String?

  /// What the app sent along for the check.
  public let validationData: [String: String]

  /// Covers a sign-in and a forgotten password.
  public static func covers(_ source: TriggerSource) -> Bool {
    source == .userMigrationAuthentication || source == .userMigrationForgotPassword
  }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    password =
      event.triggerSource == .userMigrationAuthentication
      ? try event.requiredText("password") : try event.text("password")
    validationData = try event.texts("validationData")
  }

  /// The account that is to be made. Of a member that is nil nothing is said.
  public struct Response: CognitoResponse {
    /// Their attributes. To reset a forgotten password, `email` or `phone_number` has to be there and verified:
    /// `"email_verified": "true"`.
    public var userAttributes: [String: String]
    /// What the account is; nil is ``FinalUserStatus/resetRequired``.
    public var finalUserStatus: FinalUserStatus?
    /// Whether Cognito sends them no message of welcome.
    public var suppressesMessage: Bool
    /// How that message is sent; empty is SMS.
    public var desiredDeliveryMediums: [DeliveryMedium]
    /// Whether an e-mail address or a number that is another user's alias becomes this one's.
    public var forceAliasCreation: Bool?
    /// Whether they have to give a code from an SMS to sign in.
    public var enableSMSMFA: Bool?

    /// What an account is that has been made.
    public enum FinalUserStatus: String, Sendable {
      /// They keep the password that they signed in with.
      case confirmed = "CONFIRMED"
      /// They have to set a new one.
      case resetRequired = "RESET_REQUIRED"
    }

    /// How a message is sent.
    public enum DeliveryMedium: String, Sendable {
      case email = "EMAIL"
      case sms = "SMS"
    }

    /// Makes a response.
    public init(
      userAttributes: [String: String], finalUserStatus: FinalUserStatus? = nil, suppressesMessage: Bool = false,
      desiredDeliveryMediums: [DeliveryMedium] = [], forceAliasCreation: Bool? = nil, enableSMSMFA: Bool? = nil
    ) {
      self.userAttributes = userAttributes
      self.finalUserStatus = finalUserStatus
      self.suppressesMessage = suppressesMessage
      self.desiredDeliveryMediums = desiredDeliveryMediums
      self.forceAliasCreation = forceAliasCreation
      self.enableSMSMFA = enableSMSMFA
    }

    /// Writes what is said.
    public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      response.add("userAttributes", userAttributes)
      if let finalUserStatus { response.add("finalUserStatus", finalUserStatus.rawValue) }
      if suppressesMessage { response.add("messageAction", "SUPPRESS") }
      if !desiredDeliveryMediums.isEmpty {
        response.add("desiredDeliveryMediums", desiredDeliveryMediums.map(\.rawValue))
      }
      if let forceAliasCreation { response.add("forceAliasCreation", forceAliasCreation) }
      if let enableSMSMFA { response.add("enableSMSMFA", enableSMSMFA) }
    }
  }
}
