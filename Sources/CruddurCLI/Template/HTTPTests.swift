import JSON
import LambdaEvents
import LambdaRuntime
import Testing

@testable import FunctionModule

/// The routes are a value: neither Lambda nor a server is needed to try them.
@Suite struct FunctionModuleTests {
  /// The status and the body that a request is answered with.
  func answer(
    _ method: String, _ path: String, body: String = "", contentType: String = "application/json"
  ) async throws -> (status: Int, body: String) {
    let event = JSONWriter.object {
      $0.add("version", "2.0")
      $0.add("rawPath", path)
      $0.object("headers") { $0.add("content-type", contentType) }
      $0.object("requestContext") { $0.object("http") { $0.add("method", method) } }
      $0.add("body", body)
    }
    let context = InvocationContext(requestID: "test")
    let response = try await routes().handle(Invocation(context: context, payload: event))
    let answer = try JSONDocument(await response.collect()).root
    return (try answer.member("statusCode").integer(), try answer.member("body").string())
  }

  @Test func `Whoever is named in the path or in the body is greeted`() async throws {
    let answers = [
      try await answer("GET", "/api/greetings/Ana"),
      try await answer("POST", "/api/greetings", body: #"{"name":"Ana"}"#),
    ]
    for answer in answers { #expect(answer == (200, #"{"greeting":"Hello, Ana!"}"#)) }
  }

  @Test(arguments: ["{}", "[]", #"{"name":""}"#, #"{"name":1}"#])
  func `A body without a name is refused`(body: String) async throws {
    let answer = try await answer("POST", "/api/greetings", body: body)
    #expect(answer.status == 422)
    #expect(answer.body.contains("name_missing"))
  }

  @Test func `What is no request of this API is told so`() async throws {
    #expect(try await answer("GET", "/api/farewells").status == 404)
    #expect(try await answer("DELETE", "/api/greetings").status == 405)
    #expect(try await answer("POST", "/api/greetings", body: "{").status == 400)
    #expect(try await answer("POST", "/api/greetings", contentType: "text/plain").status == 415)
  }
}
