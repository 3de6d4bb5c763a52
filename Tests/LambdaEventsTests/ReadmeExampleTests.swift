// README: begin
import JSON
import LambdaEvents
import LambdaRuntime

/// The trigger that runs before an account is made.
struct PreSignUp: CognitoTrigger {
  /// What Cognito is told: the members of the event's `response`.
  struct Response: CognitoResponse {
    var autoConfirmUser: Bool

    func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      response.add("autoConfirmUser", autoConfirmUser)
    }
  }

  let event: CognitoEvent
  let userAttributes: UserAttributes

  static func covers(_ source: TriggerSource) -> Bool {
    source == TriggerSource(rawValue: "PreSignUp_SignUp")
  }

  init(_ event: CognitoEvent) throws {
    self.event = event
    userAttributes = try event.userAttributes()
  }
}

/// Confirms colleagues at once; everyone else gets a code by e-mail.
func addPreSignUp(to router: inout EventRouter) {
  router.on(PreSignUp.self) { event, context in
    let isColleague = event.userAttributes.string("email")?.hasSuffix("@example.com") ?? false
    return PreSignUp.Response(autoConfirmUser: isColleague)
  }
}
// README: end
import Logging
import TestSupport
import Testing

@Suite struct ReadmeExampleTests {
  @Test(arguments: [("ana@example.com", true), ("ana@example.org", false)])
  func `The example does what it says`(email: String, isConfirmed: Bool) async throws {
    var router = EventRouter()
    addPreSignUp(to: &router)
    let event =
      #"{"triggerSource":"PreSignUp_SignUp","request":{"userAttributes":{"email":"\#(email)"}},"response":{}}"#
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let context = InvocationContext(requestID: "id", logger: logger)
    let response = try await router.handle(Invocation(context: context, payload: Array(event.utf8))).collect()
    let expected = event.replacing(#""response":{}"#, with: #""response":{"autoConfirmUser":\#(isConfirmed)}"#)
    #expect(String(decoding: response, as: UTF8.self) == expected)
  }

  @Test func `The README has the example as it stands here`() throws {
    #expect(try Repository.readmeHasExample())
  }
}
