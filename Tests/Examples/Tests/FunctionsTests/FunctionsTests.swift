import JSONCodable
import LambdaRuntime
import Logging
import Postgres
import Testing

@testable import functions

/// A handler is a value, and needs neither Lambda nor a server to be tried.
@Suite struct FunctionsTests {
  /// What a handler answers an event with.
  func response(of handler: any Handler, to event: String) async throws -> String {
    let context = InvocationContext(requestID: "test", logger: Logger(label: "test"))
    let response = try await handler.handle(Invocation(context: context, payload: Array(event.utf8)))
    return String(decoding: try await response.collect(), as: UTF8.self)
  }

  @Test func `The bill is for all pieces`() async throws {
    #expect(try await response(of: bill, to: #"{"pieces": 2, "price": 5}"#) == #"{"total":10}"#)
  }

  @Test func `A value becomes a parameter of a statement`() {
    let name = "Robert'); DROP TABLE users"
    let statement: Statement = "SELECT * FROM users WHERE display_name = \(name)"
    #expect(statement.text == "SELECT * FROM users WHERE display_name = $1")
  }

  @Test(arguments: [#"{"seconds":-1}"#, #"{"seconds":-1e300,"stubborn":true}"#])
  func `Who would sleep for less than no time does not sleep`(event: String) async throws {
    #expect(try await response(of: Sleep(), to: event) == event)
  }

  @Test func `A stream that breaks has said what it could`() async throws {
    #expect(try await response(of: Streaming(), to: "{}") == "chunk 1\nchunk 2\nchunk 3\n")
    await #expect(throws: Streaming.Broken.self) { try await response(of: Streaming(), to: #"{"break": true}"#) }
  }
}
