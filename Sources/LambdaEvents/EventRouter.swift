import JSON
public import LambdaRuntime
import Logging

/// Hands each event to the handler of its kind.
///
/// An event is read once; a Cognito event that nobody handles is answered with itself, so that a pool with a new trigger goes on working.
public struct EventRouter: Handler {
  private var routes: [Route] = []

  private struct Route: Sendable {
    var covers: @Sendable (TriggerSource) -> Bool
    var handle: @Sendable (CognitoEvent, InvocationContext) async throws -> [UInt8]
  }

  /// Makes a router without any routes.
  public init() {}

  /// Adds the handler of a Cognito trigger that has nothing to say to Cognito.
  ///
  /// The first handler that covers an event's source is the one that gets it.
  public mutating func on<Trigger: CognitoTrigger>(
    _ trigger: Trigger.Type, handle: @escaping @Sendable (Trigger, InvocationContext) async throws -> Void
  ) where Trigger.Response == Void {
    let route = Route(covers: Trigger.covers) { event, context in
      try await handle(Trigger(event), context)
      return event.answer
    }
    routes.append(route)
  }

  /// Adds the handler of a Cognito trigger that has something to say to Cognito.
  ///
  /// The first handler that covers an event's source is the one that gets it.
  public mutating func on<Trigger: CognitoTrigger>(
    _ trigger: Trigger.Type, handle: @escaping @Sendable (Trigger, InvocationContext) async throws -> Trigger.Response
  ) where Trigger.Response: CognitoResponse {
    let route = Route(covers: Trigger.covers) { event, context in
      let response = try await handle(Trigger(event), context)
      return event.answer { response.write(to: &$0) }
    }
    routes.append(route)
  }

  /// Handles one event.
  ///
  /// - Throws: ``EventError`` where the event cannot be read or is of no known kind; what the event's handler throws.
  public func handle(_ invocation: Invocation) async throws -> [UInt8] {
    let event = try CognitoEvent(EventRouter.document(invocation.payload))
    guard let route = routes.first(where: { $0.covers(event.triggerSource) }) else {
      invocation.context.logger.notice(
        "no handler for this trigger: the event is answered unchanged",
        metadata: ["triggerSource": "\(event.triggerSource.forLog)"])
      return event.answer
    }
    return try await route.handle(event, invocation.context)
  }

  private static func document(_ payload: [UInt8]) throws(EventError) -> JSONDocument {
    do throws(JSONError) {
      return try JSONDocument(payload)
    } catch {
      throw EventError(.notJSON(error))
    }
  }
}
