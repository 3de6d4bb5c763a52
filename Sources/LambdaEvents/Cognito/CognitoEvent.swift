public import JSON

/// What Cognito sends to each trigger: the envelope, as a view of the event's JSON.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
public struct CognitoEvent: Sendable {
  /// The whole event.
  public let document: JSONDocument

  /// What made Cognito invoke the function.
  public let triggerSource: TriggerSource

  /// Reads the envelope.
  ///
  /// - Throws: ``EventError``: unknown where there is no trigger source, invalid where it is no string.
  public init(_ document: JSONDocument) throws(EventError) {
    guard let source = document.root["triggerSource"] else { throw EventError(.unknown) }
    triggerSource = TriggerSource(rawValue: try EventError.reading { () throws(JSONError) in try source.string() })
    self.document = document
  }

  /// The user's name in the pool: what they sign in with, a `sub`, or `Google_…` for a federated user.
  public var userName: String? { string(document.root["userName"]) }

  /// The user pool's id.
  public var userPoolID: String? { string(document.root["userPoolId"]) }

  /// The user pool's region.
  public var region: String? { string(document.root["region"]) }

  /// The app client's id.
  public var clientID: String? { string(document.root["callerContext"]?["clientId"]) }

  /// What the app passed along with its call, JSON's object or null; nil where it passed nothing.
  public var clientMetadata: JSONValue? { document.root["request"]?["clientMetadata"] }

  /// The user's attributes.
  ///
  /// - Throws: ``EventError`` where the event has none.
  public func userAttributes() throws(EventError) -> UserAttributes {
    try UserAttributes(
      EventError.reading { () throws(JSONError) in try document.root.member("request").member("userAttributes") })
  }

  private func string(_ value: JSONValue?) -> String? {
    value.flatMap { try? $0.string() }
  }
}
