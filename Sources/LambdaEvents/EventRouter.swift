public import JSON
public import LambdaRuntime

/// A kind of event: how its events are told from those of other kinds, and what they hold.
public protocol EventKind: Sendable {
  /// What the events are and what tells them from others, for the error that an event of no known kind ends in:
  /// "HTTP requests (requestContext.http)".
  static var summary: String { get }

  /// Whether an event is of this kind: a look at what only its events have. What else has to be there is for
  /// ``init(_:)`` to say.
  static func matches(_ event: JSONValue) -> Bool

  /// Reads an event.
  ///
  /// - Throws: `JSONError` or ``EventError`` where the event lacks something that it must have, which is
  ///   `Function.InvalidEvent` either way; others are what they are as a handler's.
  init(_ document: JSONDocument) throws
}

extension EventKind {
  /// The name of the type.
  public static var summary: String { "\(Self.self)" }
}

/// Hands each event, which is read once, to the handler of its kind.
///
/// Of several kinds that an event is of, the first one that was added gets it, as of several handlers of one kind the
/// first one does. An event of none is an error, which names the kinds that there are.
public struct EventRouter: Handler {
  private var routes: [any EventRoute] = []

  /// Makes a router without any routes.
  public init() {}

  /// Adds the handler of a kind of event.
  public mutating func on<Event: EventKind>(
    _ kind: Event.Type, handle: @escaping @Sendable (Event, InvocationContext) async throws -> Response
  ) {
    routes.append(KindRoute(handle: handle))
  }

  /// Adds the handler of a kind of event whose response nobody waits for, such as a schedule: the response is JSON's
  /// null.
  public mutating func on<Event: EventKind>(
    _ kind: Event.Type, handle: @escaping @Sendable (Event, InvocationContext) async throws -> Void
  ) {
    on(kind) { event, context -> Response in
      try await handle(event, context)
      return .bytes(Array("null".utf8))
    }
  }

  /// Changes the one route of a kind of its own, or adds it behind the others.
  mutating func withRoute<Route: EventRoute>(_ initial: Route, change: (inout Route) -> Void) {
    for index in routes.indices {
      guard var route = routes[index] as? Route else { continue }
      change(&route)
      routes[index] = route
      return
    }
    var route = initial
    change(&route)
    routes.append(route)
  }

  /// Handles one event.
  ///
  /// - Throws: ``EventError`` where the event cannot be read or is of no kind that is handled; what the kind's handler
  ///   throws.
  public func handle(_ invocation: Invocation) async throws -> Response {
    let event = try JSONDocument(event: invocation.payload)
    for route in routes where route.matches(event.root) {
      return try await route.handle(event, invocation.context)
    }
    // Where no requests are handled, another form of them would not help.
    if routes.contains(where: { $0 is KindRoute<HTTPRequest> }), let sender = UnsupportedSender(event.root) {
      throw EventError(.unsupported(sender))
    }
    throw EventError(.unknown(handled: routes.map(\.summary)))
  }
}

/// What handles the events of a kind.
protocol EventRoute: Sendable {
  var summary: String { get }
  func matches(_ event: JSONValue) -> Bool
  func handle(_ event: JSONDocument, _ context: InvocationContext) async throws -> Response
}

private struct KindRoute<Event: EventKind>: EventRoute {
  let handle: @Sendable (Event, InvocationContext) async throws -> Response

  var summary: String { Event.summary }

  func matches(_ event: JSONValue) -> Bool { Event.matches(event) }

  func handle(_ event: JSONDocument, _ context: InvocationContext) async throws -> Response {
    try await handle(EventError.blamingEvent { try Event(event) }, context)
  }
}
