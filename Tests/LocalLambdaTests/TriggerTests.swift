import Testing

@testable import LocalLambda

/// What a user is told whose trigger failed.
struct TriggerTests {
  private func failure(_ result: InvocationResult?) -> Trigger.Failure? {
    Trigger.failure(result, requestID: "id", timeout: .seconds(3))
  }

  @Test(arguments: [
    (
      InvocationResult.functionError(type: "Function.Bad", body: Array(#"{"errorMessage":"no \"row\""}"#.utf8)),
      #"no "row""#
    ),
    (.functionError(type: "Function.Bad", body: Array("{}".utf8)), "null"),
    (.functionError(type: "Function.Bad", body: Array(#"{"errorMessage":1}"#.utf8)), "null"),
    (.functionError(type: "Function.Bad", body: []), "null"),
    (.initError(type: "Runtime.Bad", body: Array(#"{"errorMessage":"no URL"}"#.utf8)), "no URL"),
    (.timedOut, "RequestId: id Error: Task timed out after 3.00 seconds"),
    (.initTimedOut, "RequestId: id Error: The runtime did not ask for an event in time"),
    (.exited("exited with status 1"), "RequestId: id Error: Runtime exited with status 1"),
  ])
  func `A function error is passed on`(result: InvocationResult, message: String) {
    let failure = failure(result)
    #expect(failure?.type == "UserLambdaValidationException")
    #expect(failure?.message(of: .confirmSignUp) == "PostConfirmation failed with error \(message).")
  }

  @Test func `A failure at a sign-in is named after that`() {
    let failure = failure(.functionError(type: "Function.Bad", body: Array(#"{"errorMessage":"no"}"#.utf8)))
    #expect(failure?.message(of: .signIn) == "PostAuthentication failed with error no.")
    #expect(
      self.failure(nil)?.message(of: .signIn)
        == "PostAuthentication invocation failed due to error Socket timeout while invoking Lambda function.")
  }

  @Test(arguments: [nil, InvocationResult.cancelled])
  func `No answer is a timeout`(result: InvocationResult?) {
    let failure = failure(result)
    #expect(failure?.type == "UnexpectedLambdaException")
    #expect(
      failure?.message(of: .confirmSignUp)
        == "PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function.")
  }

  @Test(arguments: [
    ("", "Invalid lambda function output : Invalid JSON"), ("{", "Invalid lambda function output : Invalid JSON"),
    ("null", "Unrecognizable lambda output"), (#""Success""#, "Unrecognizable lambda output"),
    ("[]", "Unrecognizable lambda output"), (#"{"response":1}"#, "Unrecognizable lambda output"),
  ])
  func `An answer that is no event is a failure`(answer: String, message: String) {
    let failure = failure(.response(Array(answer.utf8)))
    #expect(failure?.type == "InvalidLambdaResponseException")
    #expect(failure?.message(of: .confirmSignUp) == message)
  }

  @Test(arguments: [#"{"version":"1","response":{}}"#, #"{"response":null}"#, "{}"])
  func `An answer that is an event is success`(answer: String) {
    #expect(failure(.response(Array(answer.utf8))) == nil)
  }
}
