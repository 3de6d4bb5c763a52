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

  /// What Cognito makes of the function's last answer; nil where none came in time. No failure is the way on.
  static func failure(_ result: InvocationResult?, requestID: String, timeout: Duration) -> Failure? {
    guard let result else { return .noAnswer }
    switch result.output(requestID: requestID, timeout: timeout) {
    case nil: return .noAnswer
    case .answer(let bytes): return Failure(answer: bytes)
    case .error(let bytes): return .functionError(message: Self.errorMessage(bytes))
    }
  }

  /// The `errorMessage` of a function error; without one, Cognito has nothing to say.
  private static func errorMessage(_ error: [UInt8]) -> String {
    (try? JSONDocument(error).root["errorMessage"]?.string()) ?? "null"
  }
}
