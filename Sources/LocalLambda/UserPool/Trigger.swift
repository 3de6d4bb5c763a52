import JSON

/// The triggers that tell a function of a user who confirmed their sign-up, or a new password, or has signed in.
///
/// See <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html> and
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html>.
enum Trigger {
  /// What the user did.
  enum Source: String {
    case confirmSignUp = "PostConfirmation_ConfirmSignUp"
    case confirmForgotPassword = "PostConfirmation_ConfirmForgotPassword"
    case signIn = "PostAuthentication_Authentication"

    /// The trigger's name, with which its failures begin.
    var triggerName: String {
      switch self {
      case .confirmSignUp, .confirmForgotPassword: "PostConfirmation"
      case .signIn: "PostAuthentication"
      }
    }
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
        // The pool remembers no devices.
        if source == .signIn { $0.add("newDeviceUsed", false) }
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

extension Trigger {
  /// How the trigger failed.
  ///
  /// Whoever confirmed is confirmed in spite of it, and the trigger does not come again; who signs in gets no tokens. For
  /// errors of functions see <https://repost.aws/knowledge-center/cognito-lambda-trigger-errors>.
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

    /// The words that Cognito has for the user.
    func message(of source: Source) -> String {
      switch self {
      case .functionError(let message):
        "\(source.triggerName) failed with error \(message)."
      case .noResponse:
        "\(source.triggerName) invocation failed due to error Socket timeout while invoking Lambda function."
      case .throttled: "\(source.triggerName) invocation failed due to error TooManyRequestsException."
      case .notJSON: "Invalid lambda function output : Invalid JSON"
      case .notAnEvent: "Unrecognizable lambda output"
      }
    }
  }
}
