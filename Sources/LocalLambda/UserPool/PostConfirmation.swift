import JSON

/// The trigger that tells a function of a user who confirmed their sign-up, or a new password.
///
/// See <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html>.
enum PostConfirmation {
  /// What was confirmed.
  enum Source: String {
    case confirmSignUp = "PostConfirmation_ConfirmSignUp"
    case confirmForgotPassword = "PostConfirmation_ConfirmForgotPassword"
  }

  /// The event about a user.
  static func event(for user: PoolUser, _ source: Source) -> [UInt8] {
    JSONWriter.object {
      $0.add("version", "1")
      $0.add("region", "us-east-1")
      $0.add("userPoolId", UserPool.id)
      $0.add("userName", user.username)
      $0.object("callerContext") {
        $0.add("awsSdkVersion", "aws-sdk-unknown-unknown")
        $0.add("clientId", UserPool.clientID)
      }
      $0.add("triggerSource", source.rawValue)
      $0.object("request") {
        $0.object("userAttributes") {
          $0.add("sub", user.sub)
          // It is the e-mail address that a code was sent to, where there is one.
          if user.email != nil { $0.add("email_verified", "true") }
          $0.add("cognito:user_status", "CONFIRMED")
          for (name, value) in user.attributes { $0.add(name, value) }
        }
      }
      $0.object("response") { _ in }
    }
  }

  /// What Cognito makes of the function's last response; nil where none came in time. No failure is the way on.
  static func failure(_ result: InvocationResult?, requestID: String, timeout: Duration) -> Failure? {
    guard let result else { return .noResponse }
    if result == .throttled { return .throttled }
    switch result.output(requestID: requestID, timeout: timeout) {
    case nil: return .noResponse
    case .response(let bytes): return Failure(response: bytes)
    case .error(let bytes): return .functionError(message: Self.errorMessage(bytes))
    }
  }

  /// The `errorMessage` of a function error; without one, Cognito has nothing to say.
  private static func errorMessage(_ error: [UInt8]) -> String {
    (try? JSONDocument(error).root["errorMessage"]?.string()) ?? "null"
  }
}

extension PostConfirmation {
  /// How the trigger failed, in the words that Cognito has for the user who signs up.
  ///
  /// The user is confirmed in spite of it, and the trigger does not come again. For errors of functions see
  /// <https://repost.aws/knowledge-center/cognito-lambda-trigger-errors>.
  enum Failure: Equatable {
    /// The function said so, or Lambda did where it timed out or crashed.
    case functionError(message: String)
    /// Every attempt took longer than Cognito waits.
    case noResponse
    /// Lambda did not take the event, because as many invocations ran as there may.
    case throttled
    /// The response is not JSON.
    case notJSON
    /// The response is JSON, but no event.
    case notAnEvent

    /// Checks a response, which should be the event.
    init?(response: [UInt8]) {
      guard let root = try? JSONDocument(response).root else {
        self = .notJSON
        return
      }
      guard root.kind != .object || root["response"].map({ $0.kind != .object && !$0.isNull }) == true else {
        return nil
      }
      self = .notAnEvent
    }

    var type: String {
      switch self {
      case .functionError: "UserLambdaValidationException"
      case .noResponse, .throttled: "UnexpectedLambdaException"
      case .notJSON, .notAnEvent: "InvalidLambdaResponseException"
      }
    }

    var message: String {
      switch self {
      case .functionError(let message):
        "PostConfirmation failed with error \(message)."
      case .noResponse:
        "PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function."
      case .throttled: "PostConfirmation invocation failed due to error TooManyRequestsException."
      case .notJSON: "Invalid lambda function output : Invalid JSON"
      case .notAnEvent: "Unrecognizable lambda output"
      }
    }
  }
}
