import LambdaEvents
import LambdaRuntime
import Testing

@testable import FunctionModule

/// The handler is a value: neither Lambda nor a server is needed to try it.
@Suite struct FunctionModuleTests {
  /// What the function answers an event with.
  func answer(to event: String) async throws -> String {
    let context = InvocationContext(requestID: "test")
    let invocation = Invocation(context: context, payload: Array(event.utf8))
    return String(decoding: try await routes().handle(invocation).collect(), as: UTF8.self)
  }

  @Test(arguments: [("Ana", "Hello, Ana!"), ("O'Brien 👋", "Hello, O'Brien 👋!")])
  func `Whoever has a name is greeted`(name: String, greeting: String) async throws {
    #expect(try await answer(to: #"{"name":"\#(name)"}"#) == #"{"greeting":"\#(greeting)"}"#)
  }

  @Test(arguments: [#"{}"#, #"{"name":1}"#, #"[]"#])
  func `An event without a name is refused`(event: String) async throws {
    let error = await #expect(throws: EventError.self) { try await answer(to: event) }
    #expect(error?.errorType == .function("InvalidEvent"))
  }
}
