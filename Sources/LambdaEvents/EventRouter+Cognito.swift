import JSON
public import LambdaRuntime
import Logging

/// The handler of a Cognito trigger.
struct CognitoRoute: Sendable {
  var covers: @Sendable (TriggerSource) -> Bool
  var handle: @Sendable (CognitoEvent, InvocationContext) async throws -> [UInt8]
}

extension EventRouter {
  /// Adds the handler of a Cognito trigger that has nothing to say to Cognito.
  ///
  /// The first handler that covers an event's source is the one that gets it.
  public mutating func on<Trigger: CognitoTrigger>(
    _ trigger: Trigger.Type, handle: @escaping @Sendable (Trigger, InvocationContext) async throws -> Void
  ) where Trigger.Response == Void {
    let route = CognitoRoute(covers: Trigger.covers) { event, context in
      try await handle(event.read(), context)
      return event.answer
    }
    triggers.append(route)
  }

  /// Adds the handler of a Cognito trigger that has something to say to Cognito.
  ///
  /// The first handler that covers an event's source is the one that gets it.
  public mutating func on<Trigger: CognitoTrigger>(
    _ trigger: Trigger.Type, handle: @escaping @Sendable (Trigger, InvocationContext) async throws -> Trigger.Response
  ) where Trigger.Response: CognitoResponse {
    let route = CognitoRoute(covers: Trigger.covers) { event, context in
      let response = try await handle(event.read(), context)
      return try event.answer { response.write(to: &$0) }
    }
    triggers.append(route)
  }

  /// An event that nobody handles is answered with itself, so that a pool with a new trigger goes on working.
  func answer(_ event: CognitoEvent, _ context: InvocationContext) async throws -> [UInt8] {
    guard let route = triggers.first(where: { $0.covers(event.triggerSource) }) else {
      context.logger.notice(
        "no handler for this trigger: the event is answered unchanged",
        metadata: ["triggerSource": "\(event.triggerSource.forLog)"])
      return event.answer
    }
    return try await route.handle(event, context)
  }
}

extension CognitoEvent {
  /// Reads the event as a trigger. What a trigger's own initialiser cannot read of it is the event's fault: a syntax error, too,
  /// can only be that of JSON within one of its strings.
  fileprivate func read<Trigger: CognitoTrigger>(as trigger: Trigger.Type = Trigger.self) throws -> Trigger {
    do {
      return try Trigger(self)
    } catch let error as JSONError {
      throw EventError(.invalid(error))
    }
  }
}
