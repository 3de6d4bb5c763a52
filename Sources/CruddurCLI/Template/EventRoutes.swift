import JSON
import LambdaEvents
import LambdaRuntime

/// An event: `{"name":"Ana"}`.
struct Greeting: EventKind {
  let name: String

  /// This function has one kind of event, so that whatever comes is meant to be one.
  static func matches(_ event: JSONValue) -> Bool { true }

  /// What is missing here, or is something else, is answered as `Function.InvalidEvent`.
  init(_ document: JSONDocument) throws {
    name = try document.root.member("name").string()
  }
}

/// What the function does with which event.
func routes() -> EventRouter {
  var events = EventRouter()
  events.on(Greeting.self) { event, context in
    context.logger.info("a greeting for a name of \(event.name.count) characters")
    return .bytes(JSONWriter.object { $0.add("greeting", "Hello, \(event.name)!") })
  }
  return events
}
