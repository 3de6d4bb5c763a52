import JSON
public import LambdaRuntime

/// Hands each event to the handler of its kind: a Cognito trigger's, or the router of HTTP requests.
public struct EventRouter: Handler {
  var triggers: [CognitoRoute] = []
  var http: HTTPRouter?

  /// Makes a router without any routes.
  public init() {}

  /// Handles one event, which is read once.
  ///
  /// - Throws: ``EventError`` where the event cannot be read or is of no kind that is handled; what a Cognito trigger's handler throws.
  public func handle(_ invocation: Invocation) async throws -> Response {
    let event = try JSONDocument(event: invocation.payload)
    switch (EventKind(event.root), http) {
    case (.cognito, _): return .bytes(try await answer(CognitoEvent(event), invocation.context))
    case (.http, let http?): return .bytes(try await http.payload(for: HTTPRequest(event), invocation.context))
    case (.unsupported(let sender), _): throw EventError(.unsupported(sender))
    case (.http, nil), (nil, _): throw EventError(.unknown)
    }
  }
}
