public import JSON
public import LambdaRuntime
import Logging

/// A kind of Cognito trigger: what its request holds, and what its response says.
public protocol CognitoTrigger: Sendable {
  /// What the trigger says to Cognito; `Void` where it has nothing to say.
  associatedtype Response: Sendable = Void

  /// Whether an event of this source is of this kind.
  static func covers(_ source: TriggerSource) -> Bool

  /// The whole event: what the type does not name is there.
  var event: CognitoEvent { get }

  /// Reads the request.
  ///
  /// - Throws: `JSONError` or ``EventError`` where the event lacks something that it must have, which is
  ///   `Function.InvalidEvent` either way; others are what they are as a handler's.
  init(_ event: CognitoEvent) throws
}

extension CognitoTrigger {
  /// What made Cognito invoke the function.
  public var source: TriggerSource { event.triggerSource }

  /// The user's name in the pool; nil in an event that a person wrote without one.
  public var userName: String? { event.userName }
}

/// What a trigger says to Cognito.
public protocol CognitoResponse: Sendable {
  /// Writes the members of `event`'s response. Those that are not written stay as Cognito has sent them.
  ///
  /// - Throws: An error where this cannot be said to that event.
  func write(to response: inout JSONObjectWriter, for event: CognitoEvent) throws
}

extension EventRouter {
  /// Adds the handler of a Cognito trigger that has nothing to say to Cognito.
  ///
  /// The first handler that covers an event's source gets it. An event that none covers is answered with itself, so
  /// that a pool with a new trigger goes on working. All triggers are one kind of event, which stands where the first
  /// one was added.
  public mutating func on<Trigger: CognitoTrigger>(
    _ trigger: Trigger.Type, handle: @escaping @Sendable (Trigger, InvocationContext) async throws -> Void
  ) where Trigger.Response == Void {
    add(trigger) { event, context in
      try await handle(EventError.blamingEvent { try Trigger(event) }, context)
      return event.unchanged
    }
  }

  /// Adds the handler of a Cognito trigger that has something to say to Cognito.
  ///
  /// The first handler that covers an event's source gets it. An event that none covers is answered with itself, so
  /// that a pool with a new trigger goes on working. All triggers are one kind of event, which stands where the first
  /// one was added.
  public mutating func on<Trigger: CognitoTrigger>(
    _ trigger: Trigger.Type, handle: @escaping @Sendable (Trigger, InvocationContext) async throws -> Trigger.Response
  ) where Trigger.Response: CognitoResponse {
    add(trigger) { event, context in
      let response = try await handle(EventError.blamingEvent { try Trigger(event) }, context)
      return try event.withResponse { try response.write(to: &$0, for: event) }
    }
  }

  private mutating func add<Trigger: CognitoTrigger>(
    _ trigger: Trigger.Type, respond: @escaping CognitoRoute.Respond
  ) {
    withRoute(CognitoRoute()) { $0.triggers.append((Trigger.covers, respond)) }
  }
}

/// What handles the events of Cognito's triggers.
private struct CognitoRoute: EventRoute {
  typealias Respond = @Sendable (CognitoEvent, InvocationContext) async throws -> [UInt8]

  var triggers: [(covers: @Sendable (TriggerSource) -> Bool, respond: Respond)] = []

  var summary: String { "Cognito triggers (triggerSource)" }

  func matches(_ event: JSONValue) -> Bool { event["triggerSource"] != nil }

  func handle(_ event: JSONDocument, _ context: InvocationContext) async throws -> Response {
    let event = try CognitoEvent(event)
    guard let trigger = triggers.first(where: { $0.covers(event.triggerSource) }) else {
      context.logger.notice(
        "no handler for this trigger: the event is answered unchanged",
        metadata: ["triggerSource": "\(event.triggerSource.forLog)"])
      return .bytes(event.unchanged)
    }
    return .bytes(try await trigger.respond(event, context))
  }
}
