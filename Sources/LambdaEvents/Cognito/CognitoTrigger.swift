public import JSON

/// A kind of Cognito trigger: what its request holds, and what its response says.
public protocol CognitoTrigger: Sendable {
  /// What the trigger says to Cognito; `Void` where it has nothing to say.
  associatedtype Response: Sendable = Void

  /// Whether an event of this source is of this kind.
  static func covers(_ source: TriggerSource) -> Bool

  /// Reads the request.
  ///
  /// - Throws: `JSONError` or ``EventError`` where the event lacks something that it must have, which is
  ///   `Function.InvalidEvent` either way; others are what they are as a handler's.
  init(_ event: CognitoEvent) throws
}

/// What a trigger says to Cognito.
public protocol CognitoResponse: Sendable {
  /// Writes the members of the event's `response`.
  func write(to response: inout JSONObjectWriter)
}
