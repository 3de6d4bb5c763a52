import LambdaEvents
import LambdaRuntime
import Testing

@testable import FunctionModule

/// The routes are a value: neither Lambda nor a user pool is needed to try them.
@Suite struct FunctionModuleTests {
  /// An event of a user pool.
  func event(_ source: String, _ attributes: String) -> String {
    #"{"triggerSource":"\#(source)","request":{"userAttributes":\#(attributes)},"response":{}}"#
  }

  /// What the function answers an event with.
  func answer(to event: String) async throws -> String {
    let context = InvocationContext(requestID: "test")
    let invocation = Invocation(context: context, payload: Array(event.utf8))
    return String(decoding: try await routes().handle(invocation).collect(), as: UTF8.self)
  }

  @Test(arguments: ["ana@example.com", "Ana@Example.COM"])
  func `An address of ours may sign up`(address: String) async throws {
    let event = event("PreSignUp_SignUp", #"{"email":"\#(address)"}"#)
    #expect(try await answer(to: event) == event)
  }

  @Test(arguments: [#"{"email":"ana@example.com.test"}"#, #"{"email":null}"#, "{}"])
  func `Nobody else may`(attributes: String) async throws {
    await #expect(throws: AddressRefused.self) {
      try await answer(to: event("PreSignUp_SignUp", attributes))
    }
  }

  @Test func `A confirmation is answered with its event, and says whose it is`() async throws {
    let confirmation = event("PostConfirmation_ConfirmSignUp", #"{"sub":"1"}"#)
    #expect(try await answer(to: confirmation) == confirmation)
    let anonymous = event("PostConfirmation_ConfirmSignUp", "{}")
    await #expect(throws: EventError.self) { try await answer(to: anonymous) }
  }
}
