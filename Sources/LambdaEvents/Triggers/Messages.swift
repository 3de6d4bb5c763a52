public import JSON

extension TriggerSource {
  /// A code for a sign-up is to be sent.
  public static let customMessageSignUp = TriggerSource(rawValue: "CustomMessage_SignUp")
  /// A temporary password is to be sent to a user whom an administrator made.
  public static let customMessageAdminCreateUser = TriggerSource(rawValue: "CustomMessage_AdminCreateUser")
  /// A code for a sign-up is to be sent once more.
  public static let customMessageResendCode = TriggerSource(rawValue: "CustomMessage_ResendCode")
  /// A code for a forgotten password is to be sent.
  public static let customMessageForgotPassword = TriggerSource(rawValue: "CustomMessage_ForgotPassword")
  /// A code for an address or a number that was changed is to be sent.
  public static let customMessageUpdateUserAttribute = TriggerSource(rawValue: "CustomMessage_UpdateUserAttribute")
  /// A code that a user asked for to verify an address or a number is to be sent.
  public static let customMessageVerifyUserAttribute = TriggerSource(rawValue: "CustomMessage_VerifyUserAttribute")
  /// A code for a sign-in is to be sent.
  public static let customMessageAuthentication = TriggerSource(rawValue: "CustomMessage_Authentication")
}

/// The trigger that writes the message that Cognito is about to send.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html>.
public struct CustomMessage: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes.
  public let userAttributes: UserAttributes

  /// What stands for the code in the message, such as `{####}`: Cognito puts the code in its place.
  public let codeParameter: String

  /// What stands for the user name, where an administrator made the account.
  public let usernameParameter: String?

  /// What stands for a link, where the pool verifies by links.
  public let linkParameter: String?

  /// Covers every message of a sign-up, a sign-in, a forgotten password, and an address or a number to verify.
  public static func covers(_ source: TriggerSource) -> Bool {
    switch source {
    case .customMessageSignUp, .customMessageAdminCreateUser, .customMessageResendCode, .customMessageForgotPassword,
      .customMessageUpdateUserAttribute, .customMessageVerifyUserAttribute, .customMessageAuthentication:
      true
    default: false
    }
  }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributes()
    codeParameter = try event.requiredText("codeParameter")
    usernameParameter = try event.text("usernameParameter")
    linkParameter = try event.text("linkParameter")
  }

  /// The message. Of a member that is nil nothing is said, and Cognito sends the pool's own.
  public struct Response: CognitoResponse {
    /// The text of an SMS, 140 bytes at the most, ``CustomMessage/codeParameter`` in it.
    public var smsMessage: String?
    /// The text or HTML of an e-mail, 20,000 bytes at the most, ``CustomMessage/codeParameter`` or
    /// ``CustomMessage/linkParameter`` in it.
    public var emailMessage: String?
    /// The subject of the e-mail.
    public var emailSubject: String?

    /// Makes a response.
    public init(smsMessage: String? = nil, emailMessage: String? = nil, emailSubject: String? = nil) {
      self.smsMessage = smsMessage
      self.emailMessage = emailMessage
      self.emailSubject = emailSubject
    }

    /// Writes what is said.
    public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      if let smsMessage { response.add("smsMessage", smsMessage) }
      if let emailMessage { response.add("emailMessage", emailMessage) }
      if let emailSubject { response.add("emailSubject", emailSubject) }
    }
  }
}

/// The trigger that sends an e-mail in Cognito's place. Cognito does not wait for it, and has nothing to be told.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html>.
public struct CustomEmailSender: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes; where a takeover of their account is suspected, what Cognito says of that.
  public let userAttributes: UserAttributes

  /// The code or the temporary password, encrypted with the pool's key by the AWS Encryption SDK, in base64; nil in a
  /// message that has none.
  public let encryptedCode: String?

  /// Covers all sources that begin with `CustomEmailSender_`, new ones, too: Cognito sends none of these messages
  /// itself.
  public static func covers(_ source: TriggerSource) -> Bool { source.rawValue.hasPrefix("CustomEmailSender_") }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributes()
    encryptedCode = try event.text("code")
  }
}

/// The trigger that sends an SMS in Cognito's place. Cognito does not wait for it, and has nothing to be told.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sms-sender.html>.
public struct CustomSMSSender: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// The user's attributes.
  public let userAttributes: UserAttributes

  /// The code or the temporary password, encrypted with the pool's key by the AWS Encryption SDK, in base64; nil in a
  /// message that has none.
  public let encryptedCode: String?

  /// Covers all sources that begin with `CustomSMSSender_`, new ones, too: Cognito sends none of these messages itself.
  public static func covers(_ source: TriggerSource) -> Bool { source.rawValue.hasPrefix("CustomSMSSender_") }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributes()
    encryptedCode = try event.text("code")
  }
}
