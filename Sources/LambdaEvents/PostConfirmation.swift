/// The trigger that runs when a user has confirmed their account, or has set a new password after having forgotten the old one.
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
