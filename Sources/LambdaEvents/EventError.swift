public import JSON
public import LambdaRuntime

/// An event that cannot be handled, whatever the handler.
public struct EventError: LambdaError, Equatable, CustomStringConvertible {
  /// What is wrong with the event.
  public enum Reason: Equatable, Sendable {
    /// The bytes are not JSON, or not JSON that is read here.
    case notJSON(JSONError)
    /// Something that the event must have is missing or of the wrong type.
    case invalid(JSONError)
    /// Something that the event must have cannot be used: the name of it and what it would have to be.
    case unusable(path: String, requirement: String)
    /// It is a request in another form than those that are handled here.
    case unsupported(UnsupportedSender)
    /// It is of no kind that is handled, of which there are these.
    case unknown(handled: [String])
  }

  /// What is wrong with the event.
  public let reason: Reason

  /// Makes an error.
  public init(_ reason: Reason) {
    self.reason = reason
  }

  /// Says what a `JSONError` says of the event that was being read.
  package init(_ error: JSONError) {
    self.init(error.isSyntaxError ? .notJSON(error) : .invalid(error))
  }

  /// Reads something of an event: what is missing there, or of the wrong type, is the event's fault.
  package static func reading<Value>(_ body: () throws(JSONError) -> Value) throws(EventError) -> Value {
    do throws(JSONError) {
      return try body()
    } catch {
      throw EventError(error)
    }
  }

  /// Has an initialiser of somebody's read an event. What it cannot read is the event's fault: a syntax error, too, can
  /// only be that of JSON within one of the event's strings.
  static func blamingEvent<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as JSONError {
      throw EventError(.invalid(error))
    }
  }

  /// `Function.InvalidJSON`, `Function.InvalidEvent` or `Function.UnknownEvent`.
  public var errorType: ErrorType {
    switch reason {
    case .notJSON: .function("InvalidJSON")
    case .invalid, .unusable: .function("InvalidEvent")
    case .unsupported, .unknown: .function("UnknownEvent")
    }
  }

  /// What is wrong, without any of the event's data.
  public var errorMessage: String { description }

  /// What is wrong, without any of the event's data.
  public var description: String {
    switch reason {
    case .notJSON(let error): "The event is not valid JSON: \(error)"
    case .invalid(let error): "The event is not valid: \(error)"
    case .unusable(let path, let requirement): "The event is not valid: \(path) \(requirement)."
    case .unsupported(let sender):
      "The event comes from \(sender.name), which this function does not handle: "
        + "requests have to come from an HTTP API, with payload format 2.0, or a function URL."
    case .unknown(let handled) where handled.isEmpty:
      "The event is of no kind that this function handles: it handles none."
    case .unknown(let handled):
      "The event is of no kind that this function handles: \(handled.joined(separator: ", "))."
    }
  }
}

/// Who sends requests in a form of their own, which is not payload format 2.0 and cannot be set to it.
public enum UnsupportedSender: Equatable, Sendable {
  /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>
  case applicationLoadBalancer
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
  case restAPI
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html>
  case webSocketAPI

  /// Nil where the event is of another sender. An HTTP API with payload format 1.0 says so in `version`, which a REST
  /// API's events lack.
  init?(_ event: JSONValue) {
    guard let context = event["requestContext"], context["http"] == nil else { return nil }
    if context["elb"] != nil {
      self = .applicationLoadBalancer
    } else if context["connectionId"] != nil {
      self = .webSocketAPI
    } else if event["httpMethod"] != nil, event["version"] == nil {
      self = .restAPI
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .applicationLoadBalancer: "an Application Load Balancer"
    case .restAPI: "a REST API of API Gateway (payload format 1.0)"
    case .webSocketAPI: "a WebSocket API of API Gateway"
    }
  }
}

extension JSONDocument {
  /// Reads an event.
  ///
  /// - Throws: ``EventError`` where it is not JSON.
  package init(event payload: [UInt8]) throws(EventError) {
    self = try EventError.reading { () throws(JSONError) in try JSONDocument(payload) }
  }
}
