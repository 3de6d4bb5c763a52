public import JSON

extension TriggerSource {
  /// Somebody signs up.
  public static let preSignUp = TriggerSource(rawValue: "PreSignUp_SignUp")
  /// An administrator makes an account.
  public static let preSignUpAdminCreateUser = TriggerSource(rawValue: "PreSignUp_AdminCreateUser")
  /// Somebody signs in with an identity provider for the first time.
  public static let preSignUpExternalProvider = TriggerSource(rawValue: "PreSignUp_ExternalProvider")

  /// A user, an administrator on their behalf, or their first federated sign-in confirmed a sign-up.
  public static let confirmSignUp = TriggerSource(rawValue: "PostConfirmation_ConfirmSignUp")
  /// A user set a new password after having forgotten the old one.
  public static let confirmForgotPassword = TriggerSource(rawValue: "PostConfirmation_ConfirmForgotPassword")
}

/// The trigger that runs before an account is made. An error refuses it.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html>.
public struct PreSignUp: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The attributes that the account is to have.
  public let userAttributes: UserAttributes

  /// What the app sent along for the check, which is not stored.
  public let validationData: [String: String]

  /// Covers a sign-up, an administrator's new user, and a first federated sign-in.
  public static func covers(_ source: TriggerSource) -> Bool {
    source == .preSignUp || source == .preSignUpAdminCreateUser || source == .preSignUpExternalProvider
  }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributes()
    validationData = try event.texts("validationData")
  }

  /// What is to become of the account. Of a member that is nil nothing is said.
  public struct Response: CognitoResponse {
    /// Whether the user need not confirm the sign-up.
    public var autoConfirmUser: Bool?
    /// Whether the e-mail address counts as verified.
    public var autoVerifyEmail: Bool?
    /// Whether the telephone number counts as verified.
    public var autoVerifyPhone: Bool?

    /// Makes a response.
    public init(autoConfirmUser: Bool? = nil, autoVerifyEmail: Bool? = nil, autoVerifyPhone: Bool? = nil) {
      self.autoConfirmUser = autoConfirmUser
      self.autoVerifyEmail = autoVerifyEmail
      self.autoVerifyPhone = autoVerifyPhone
    }

    /// Writes what is said.
    public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      if let autoConfirmUser { response.add("autoConfirmUser", autoConfirmUser) }
      if let autoVerifyEmail { response.add("autoVerifyEmail", autoVerifyEmail) }
      if let autoVerifyPhone { response.add("autoVerifyPhone", autoVerifyPhone) }
    }
  }
}

/// The trigger that runs when a user has confirmed their account, or has set a new password after having forgotten the
/// old one.
///
/// It has nothing to say to Cognito. Cognito waits five seconds for it.
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html>.
public struct PostConfirmation: CognitoTrigger {
  /// The time that Cognito waits for a trigger's response, which no setting changes.
  public static let timeLimit: Duration = .seconds(5)

  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes.
  public let userAttributes: UserAttributes

  /// Covers ``TriggerSource/confirmSignUp`` and ``TriggerSource/confirmForgotPassword``.
  public static func covers(_ source: TriggerSource) -> Bool {
    source == .confirmSignUp || source == .confirmForgotPassword
  }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws(EventError) {
    self.event = event
    userAttributes = try event.userAttributes()
  }
}
