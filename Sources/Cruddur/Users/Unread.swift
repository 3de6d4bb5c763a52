public import LambdaEvents

/// The event of a trigger before anything of its request is read: one that cannot be read reaches its handler, too, which
/// has more to do with it than to fail.
public struct Unread<Trigger: CognitoTrigger>: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// Covers what the trigger covers.
  public static func covers(_ source: TriggerSource) -> Bool { Trigger.covers(source) }

  /// Takes an event as it is.
  public init(_ event: CognitoEvent) {
    self.event = event
  }

  /// Cognito's id of the user as the event has it, for the log; nil where it has none, or one that is too long for an id.
  var sub: String? {
    guard let sub = try? event.userAttributes().string("sub"), sub.utf8.count <= 1_024 else { return nil }
    return sub
  }
}
