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
    /// It is no kind of event that is known here.
    case unknown
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
      "The event comes from \(sender.name), which this function does not handle: requests have to come from an HTTP API, with payload format 2.0, or a function URL."
    case .unknown:
      "The event is of no kind that this function handles: a Cognito trigger has triggerSource, an HTTP request requestContext.http."
    }
  }
}
