import JSON

extension PostConfirmation {
  /// How the trigger failed, in the words that Cognito has for the user who signs up.
  ///
  /// The user is confirmed in spite of it, and the trigger does not come again. For errors of functions see
  /// <https://repost.aws/knowledge-center/cognito-lambda-trigger-errors>.
  enum Failure: Equatable {
    /// The function said so, or Lambda did where it timed out or crashed.
    case functionError(message: String)
    /// Every attempt took longer than Cognito waits.
    case noAnswer
    /// The answer is not JSON.
    case notJSON
    /// The answer is JSON, but no event.
    case notAnEvent

    /// Checks an answer, which should be the event.
    init?(answer: [UInt8]) {
      guard let root = try? JSONDocument(answer).root else {
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
      case .noAnswer: "UnexpectedLambdaException"
      case .notJSON, .notAnEvent: "InvalidLambdaResponseException"
      }
    }

    var message: String {
      switch self {
      case .functionError(let message):
        "PostConfirmation failed with error \(message)."
      case .noAnswer:
        "PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function."
      case .notJSON: "Invalid lambda function output : Invalid JSON"
      case .notAnEvent: "Unrecognizable lambda output"
      }
    }
  }
}
