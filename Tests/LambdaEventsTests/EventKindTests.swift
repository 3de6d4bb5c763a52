import JSON
import LambdaEvents
import LambdaRuntime
import Logging
import TestSupport
import Testing

/// Kinds of event, registered with the router.
@Suite struct EventKindTests {
  /// A kind of somebody's.
  private struct Order: EventKind {
    let number: Int
    static func matches(_ event: JSONValue) -> Bool { event["order"] != nil }
    init(_ document: JSONDocument) throws { number = try document.root.member("order").integer() }
  }

  private func response(_ router: EventRouter, _ event: String, _ lines: Lines = Lines()) async throws -> String {
    let context = InvocationContext(requestID: "id", logger: Logger(label: "test") { _ in lines })
    let response = try await router.handle(Invocation(context: context, payload: Array(event.utf8)))
    return String(decoding: try await response.collect(), as: UTF8.self)
  }

  private static let schedule = #"""
    {"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event","source":"aws.events",
    "account":"111122223333","time":"2026-11-26T12:00:00Z","region":"us-east-1",
    "resources":["arn:aws:events:us-east-1:111122223333:rule/nightly"],"detail":{}}
    """#

  private static func messages(_ bodies: [String], queue: String = "orders") -> String {
    let records = bodies.map { body in
      #"{"messageId":"id-\#(body)","body":"\#(body)","eventSource":"aws:sqs","attributes":{"ApproximateReceiveCount":"3","#
        + #""MessageGroupId":"g"},"messageAttributes":{"tenant":{"dataType":"String","stringValue":"acme"}},"#
        + #""eventSourceARN":"arn:aws:sqs:us-east-1:111122223333:\#(queue)"}"#
    }
    return #"{"Records":[\#(records.joined(separator: ","))]}"#
  }

  private static let trigger =
    #"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":{"sub":"1"}},"response":{}}"#

  private var router: EventRouter {
    var router = EventRouter()
    router.on(ScheduledEvent.self) { event, _ in .bytes(Array("schedule \(event.time) \(event.resources)".utf8)) }
    router.on(PostConfirmation.self) { _, _ in }
    router.on(SQSEvent.self) { event, _ in .bytes(Array("messages \(event.messages.map(\.body))".utf8)) }
    router.on(HTTPRequest.self) { request, _ in .bytes(Array("request \(request.path)".utf8)) }
    router.on(Order.self) { order, _ in .bytes(Array("order \(order.number)".utf8)) }
    return router
  }

  @Test(arguments: [
    (schedule, #"schedule 2026-11-26T12:00:00Z ["arn:aws:events:us-east-1:111122223333:rule/nightly"]"#),
    (schedule.replacing("aws.events", with: "aws.scheduler"), "schedule 2026-11-26"),
    (trigger, trigger), (messages(["a", "b"]), #"messages ["a", "b"]"#), (httpEvent("GET", "/x"), "request /x"),
    (#"{"order":7}"#, "order 7"),
  ]) func `Each kind of event gets to its handler`(event: String, expected: String) async throws {
    #expect(try await response(router, event).hasPrefix(expected))
  }

  @Test(arguments: [
    "{}", "[]", "null", #"{"Records":[]}"#, #"{"Records":{}}"#, #"{"Records":[7]}"#,
    messages(["a"]).replacing("aws:sqs", with: "aws:s3"), schedule.replacing("Scheduled Event", with: "Object Created"),
    schedule.replacing("aws.events", with: "com.example"),
  ]) func `An event of no kind is refused, and the kinds are named`(event: String) async throws {
    let error = await #expect(throws: EventError.self) { try await response(router, event) }
    #expect(error?.errorType.rawValue == "Function.UnknownEvent")
    #expect(
      error?.errorMessage
        == "The event is of no kind that this function handles: schedules (detail-type Scheduled Event), "
        + "Cognito triggers (triggerSource), SQS messages (Records, eventSource aws:sqs), "
        + "HTTP requests (requestContext.http), Order.")
    let none = await #expect(throws: EventError.self) { try await response(EventRouter(), event) }
    #expect(none?.errorMessage == "The event is of no kind that this function handles: it handles none.")
  }

  @Test(arguments: [
    (#"{"order":"seven"}"#, "$.order is of type string"), (#"{"order":1.5}"#, "$.order is not an integer"),
    (messages(["a"]).replacing(#""body":"a","#, with: ""), "$.Records[0].body is missing"),
    (schedule.replacing(#""id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","#, with: ""), "$.id is missing"),
    (
      schedule.replacing(#"["arn:aws:events:us-east-1:111122223333:rule/nightly"]"#, with: "[1]"),
      "$.resources[0] is of"
    ),
  ]) func `What a kind's initialiser cannot read is the event's fault`(event: String, note: String) async throws {
    let error = await #expect(throws: EventError.self) { try await response(router, event) }
    #expect(error?.errorType.rawValue == "Function.InvalidEvent")
    #expect(error?.errorMessage.contains(note) == true, "\(error?.errorMessage ?? "")")
  }

  /// Nobody but whoever invokes the function by hand makes such an event.
  @Test func `Of several kinds that an event is of the first one that was added gets it`() async throws {
    let event = Self.trigger.replacing("{\"trigger", with: "{\"order\":1,\"trigger")
    var ordersFirst = EventRouter()
    ordersFirst.on(Order.self) { _, _ in .bytes(Array("order".utf8)) }
    ordersFirst.on(PostConfirmation.self) { _, _ in }
    #expect(try await response(ordersFirst, event) == "order")

    // All triggers are one kind, which stands where its first one was added.
    var triggersFirst = EventRouter()
    triggersFirst.on(PostConfirmation.self) { _, _ in }
    triggersFirst.on(Order.self) { _, _ in .bytes(Array("order".utf8)) }
    triggersFirst.on(Other.self) { _, _ in throw CancellationError() }
    #expect(try await response(triggersFirst, event) == event)
    await #expect(throws: CancellationError.self) {
      try await response(triggersFirst, event.replacing("PostConfirmation_ConfirmSignUp", with: "Other"))
    }
  }

  private struct Other: CognitoTrigger {
    let event: CognitoEvent
    static func covers(_ source: TriggerSource) -> Bool { source.rawValue == "Other" }
    init(_ event: CognitoEvent) { self.event = event }
  }

  @Test func `Where no requests are handled, one of another form is of no known kind like any other event`()
    async throws
  {
    var router = EventRouter()
    router.on(SQSEvent.self) { _, _ in }
    for event in [HTTPSample.loadBalancer, HTTPSample.restAPI, HTTPSample.webSocket, HTTPSample.payload1] {
      await #expect(throws: EventError(.unknown(handled: [SQSEvent.summary]))) { try await response(router, event) }
    }
  }

  /// Source: <https://docs.aws.amazon.com/bedrock/latest/userguide/agents-lambda.html>.
  private struct Action: EventKind {
    static func matches(_ event: JSONValue) -> Bool { event["actionGroup"] != nil }
    init(_ document: JSONDocument) {}
  }

  @Test func `An event with an httpMethod and no requestContext is no request`() async throws {
    let event = #"{"messageVersion":"1.0","actionGroup":"feed","apiPath":"/home","httpMethod":"GET"}"#
    var router = EventRouter()
    router.on(HTTPRequest.self) { _, _ in }
    await #expect(throws: EventError(.unknown(handled: [HTTPRequest.summary]))) { try await response(router, event) }
    router.on(Action.self) { _, _ in .bytes(Array("action".utf8)) }
    #expect(try await response(router, event) == "action")
  }

  @Test func `Without a trigger's handler Cognito's events are of no known kind`() async throws {
    var router = EventRouter()
    router.on(Order.self) { _, _ in }
    await #expect(throws: EventError(.unknown(handled: ["Order"]))) { try await response(router, Self.trigger) }
  }

  @Test func `A handler without a response answers with null`() async throws {
    var router = EventRouter()
    router.on(ScheduledEvent.self) { _, _ in }
    #expect(try await response(router, Self.schedule) == "null")
  }

  @Test func `A message has what SQS says of it`() throws {
    let event = try SQSEvent(JSONDocument(Array(Self.messages(["a"], queue: "orders.fifo").utf8)))
    let message = try #require(event.messages.first)
    #expect((message.id, message.body, message.receiveCount, message.groupID) == ("id-a", "a", 3, "g"))
    #expect(message.isFromFIFOQueue)
    #expect(message.messageAttribute("tenant") == "acme" && message.messageAttribute("absent") == nil)
  }

  @Test(arguments: [
    ("orders", ["a"], #"{"batchItemFailures":[]}"#),
    ("orders", ["a", "bad", "c"], #"{"batchItemFailures":[{"itemIdentifier":"id-bad"}]}"#),
    (
      "orders.fifo", ["a", "bad", "c"],
      #"{"batchItemFailures":[{"itemIdentifier":"id-bad"},{"itemIdentifier":"id-c"}]}"#
    ),
  ]) func `A batch's failures are named, and behind one of a FIFO queue's nothing is handled`(
    queue: String, bodies: [String], expected: String
  ) async throws {
    struct Bad: LambdaError {
      let errorType = ErrorType.function("Bad")
      let errorMessage = "It is bad."
    }
    var router = EventRouter()
    router.on(SQSEvent.self) { event, context in
      await event.forEachMessage(context) { message in
        context.logger.info("handled \(message.body)")
        if message.body == "bad" { throw Bad() }
      }
    }
    let lines = Lines()
    #expect(try await response(router, Self.messages(bodies, queue: queue), lines) == expected)
    let hasFailure = bodies.contains("bad")
    #expect(
      lines.text.contains("error message not handled: It is bad. errorType=Function.Bad messageId=id-bad") == hasFailure
    )
    #expect(lines.text.contains("handled c") == (queue == "orders" && hasFailure))
  }

  @Test func `Messages that are left when the invocation is cancelled count as failed`() async throws {
    let event = try SQSEvent(JSONDocument(Array(Self.messages(["a", "b"]).utf8)))
    let context = InvocationContext(requestID: "id", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let task = Task {
      await event.forEachMessage(context) { _ in withUnsafeCurrentTask { $0?.cancel() } }
    }
    #expect(try await task.value.collect() == SQSEvent.response(failures: ["id-b"]).collect())
  }
}
