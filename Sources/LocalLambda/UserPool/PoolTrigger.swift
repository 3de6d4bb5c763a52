/// A trigger that a user pool may have, under the name that it has in the pool's `LambdaConfig`:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_LambdaConfigType.html>.
///
/// Those of custom challenges and of senders in Cognito's place are not played.
public enum PoolTrigger: String, CaseIterable, Sendable {
  /// Before an account is made.
  case preSignUp = "PreSignUp"
  /// After a confirmation, and a new password in the place of a forgotten one.
  case postConfirmation = "PostConfirmation"
  /// Before a sign-in is checked.
  case preAuthentication = "PreAuthentication"
  /// After a sign-in.
  case postAuthentication = "PostAuthentication"
  /// Before tokens are made, with events of version 1, which change the id token.
  case preTokenGeneration = "PreTokenGeneration"
  /// Before tokens are made, with events of version 2 (`LambdaVersion`), which change the access token as well.
  case preTokenGenerationV2 = "PreTokenGeneration:V2_0"
  /// Before a message is sent.
  case customMessage = "CustomMessage"
  /// Where the pool does not know who signs in, or forgot their password.
  case userMigration = "UserMigration"
  /// When an identity provider has said who somebody is.
  case inboundFederation = "InboundFederation"
}

enum Trigger {
  /// What made Cognito call the function.
  enum Source: String, CaseIterable {
    case preSignUp = "PreSignUp_SignUp"
    case preSignUpAdminCreateUser = "PreSignUp_AdminCreateUser"
    case preSignUpExternalProvider = "PreSignUp_ExternalProvider"
    case confirmSignUp = "PostConfirmation_ConfirmSignUp"
    case confirmForgotPassword = "PostConfirmation_ConfirmForgotPassword"
    case preAuthentication = "PreAuthentication_Authentication"
    case signIn = "PostAuthentication_Authentication"
    case tokensHostedAuth = "TokenGeneration_HostedAuth"
    case tokensAuthentication = "TokenGeneration_Authentication"
    case tokensNewPassword = "TokenGeneration_NewPasswordChallenge"
    case tokensRefresh = "TokenGeneration_RefreshTokens"
    case messageSignUp = "CustomMessage_SignUp"
    case messageAdminCreateUser = "CustomMessage_AdminCreateUser"
    case messageResendCode = "CustomMessage_ResendCode"
    case messageForgotPassword = "CustomMessage_ForgotPassword"
    case migrationAuthentication = "UserMigration_Authentication"
    case migrationForgotPassword = "UserMigration_ForgotPassword"
    case inboundFederation = "InboundFederation_ExternalProvider"

    /// The trigger that it is of; of tokens, that of version 1, beside which there is another.
    var trigger: PoolTrigger {
      switch self {
      case .preSignUp, .preSignUpAdminCreateUser, .preSignUpExternalProvider: .preSignUp
      case .confirmSignUp, .confirmForgotPassword: .postConfirmation
      case .preAuthentication: .preAuthentication
      case .signIn: .postAuthentication
      case .tokensHostedAuth, .tokensAuthentication, .tokensNewPassword, .tokensRefresh: .preTokenGeneration
      case .messageSignUp, .messageAdminCreateUser, .messageResendCode, .messageForgotPassword: .customMessage
      case .migrationAuthentication, .migrationForgotPassword: .userMigration
      case .inboundFederation: .inboundFederation
      }
    }

    /// The version of the event, where the pool has a trigger for it; nil where it has none.
    func version(in triggers: Set<PoolTrigger>) -> Int? {
      if trigger == .preTokenGeneration, triggers.contains(.preTokenGenerationV2) { return 2 }
      return triggers.contains(trigger) ? 1 : nil
    }
  }
}

extension Trigger {
  /// How the trigger failed.
  ///
  /// Whoever confirmed is confirmed in spite of it, and the trigger does not come again; who signs in gets no tokens. For
  /// errors of functions see <https://repost.aws/knowledge-center/cognito-lambda-trigger-errors>.
  enum Failure: Error, Equatable {
    /// The function said so, or Lambda did where it timed out or crashed.
    case functionError(message: String)
    /// Every attempt took longer than Cognito waits.
    case noResponse
    /// Lambda did not take the event, because as many invocations ran as there may.
    case throttled
    /// The response is not JSON.
    case notJSON
    /// The response is JSON, but no event, or a member of its `response` is of another type than Cognito takes.
    case notAnEvent
    /// The message lacks what stands for the code, or the user name.
    case messageLacks(String)
    /// An attribute is said to be verified that the account does not have.
    case nothingToVerify(String)

    var type: String {
      switch self {
      case .functionError: "UserLambdaValidationException"
      case .noResponse, .throttled: "UnexpectedLambdaException"
      case .notJSON, .notAnEvent, .messageLacks, .nothingToVerify: "InvalidLambdaResponseException"
      }
    }

    /// The words that Cognito has for the user.
    func message(of source: Source) -> String {
      let trigger = source.trigger.rawValue
      return switch self {
      case .functionError(let message): "\(trigger) failed with error \(message)."
      case .noResponse: "\(trigger) invocation failed due to error Socket timeout while invoking Lambda function."
      case .throttled: "\(trigger) invocation failed due to error TooManyRequestsException."
      case .notJSON: "Invalid lambda function output : Invalid JSON"
      case .notAnEvent: "Unrecognizable lambda output"
      case .messageLacks(let parameter): "\(trigger) failed: the emailMessage does not contain \(parameter)."
      case .nothingToVerify(let attribute): "\(trigger) failed: there is no \(attribute) that could be verified."
      }
    }
  }
}
