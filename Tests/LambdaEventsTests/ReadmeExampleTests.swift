// README: begin
import JSON
import LambdaEvents
import LambdaRuntime

/// Puts the tenant into everybody's tokens. Whoever has none gets no tokens.
func addTenant(to events: inout EventRouter) {
  events.on(TokenGeneration.self) { event, context in
    let tenant = try event.userAttributes.requiredString("custom:tenant")
    return TokenGeneration.Response(idToken: .init(claims: ["tenant": .string(tenant)]))
  }
}

/// An event of a kind of its own: `{"greet":"Ana"}`.
struct Greeting: EventKind {
  let name: String

  static func matches(_ event: JSONValue) -> Bool { event["greet"] != nil }

  init(_ document: JSONDocument) throws { name = try document.root.member("greet").string() }
}

/// Messages of a queue, a schedule and greetings, beside whatever else the function handles.
func addMore(to events: inout EventRouter) {
  events.on(SQSEvent.self) { event, context in
    await event.forEachMessage(context) { message in
      context.logger.info("a message of \(message.body.utf8.count) bytes")
    }
  }
  events.on(ScheduledEvent.self) { event, context in
    context.logger.info("it is \(event.time)")
  }
  events.on(Greeting.self) { event, context in
    .bytes(JSONWriter.object { $0.add("said", "Hello, \(event.name)!") })
  }
}
// README: end
import Logging
import TestSupport
import Testing

@Suite struct ReadmeExampleTests {
  private func response(_ event: [UInt8], _ lines: Lines = Lines()) async throws -> String {
    var router = EventRouter()
    addTenant(to: &router)
    addMore(to: &router)
    let context = InvocationContext(requestID: "id", logger: Logger(label: "test") { _ in lines })
    let response = try await router.handle(Invocation(context: context, payload: event))
    return String(decoding: try await response.collect(), as: UTF8.self)
  }

  @Test func `The example puts the tenant into the tokens`() async throws {
    for name in ["token-generation", "token-generation-v2"] {
      let response = try await response(Repository.event(name))
      #expect(response.contains(#"{"claimsToAddOrOverride":{"tenant":"acme"}}"#))
    }
    let event = #"{"triggerSource":"TokenGeneration_Authentication","request":{"userAttributes":{}},"response":{}}"#
    await #expect(throws: EventError.self) { try await response(Array(event.utf8)) }
  }

  @Test(arguments: [
    (#"{"greet":"Ana"}"#, #"{"said":"Hello, Ana!"}"#, ""),
    (
      #"{"Records":[{"messageId":"1","body":"12345","eventSource":"aws:sqs"}]}"#, #"{"batchItemFailures":[]}"#,
      "a message of 5 bytes"
    ),
    (
      #"{"source":"aws.events","detail-type":"Scheduled Event","id":"1","time":"2026-11-26T12:00:00Z","resources":[]}"#,
      "null", "it is 2026-11-26T12:00:00Z"
    ),
  ]) func `The example does what it says`(event: String, expected: String, line: String) async throws {
    let lines = Lines()
    #expect(try await response(Array(event.utf8), lines) == expected)
    #expect(lines.text.contains(line) || line.isEmpty)
  }

  @Test func `The README has the example as it stands here`() throws {
    #expect(try Repository.readmeHasExample())
  }
}
