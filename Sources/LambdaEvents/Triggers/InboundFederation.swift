public import JSON

extension TriggerSource {
  /// An identity provider says who somebody is, before their account is made or brought up to date.
  public static let inboundFederation = TriggerSource(rawValue: "InboundFederation_ExternalProvider")
}

/// The trigger that runs when an identity provider has said who somebody is: at their first and at every later sign-in,
/// before Cognito maps what it said to the user's attributes. An error refuses the sign-in.
///
/// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-inbound-federation.html>.
public struct InboundFederation: CognitoTrigger {
  /// The whole event.
  public let event: CognitoEvent

  /// What the pool calls the provider.
  public let providerName: String

  /// `SAML`, `OIDC`, `Facebook`, `Google`, `SignInWithApple` or `LoginWithAmazon`.
  public let providerType: String

  /// All that the provider said: `samlResponse`, or `tokenResponse`, `idToken` and `userInfo`, each an object.
  public let attributes: JSONValue

  /// Covers ``TriggerSource/inboundFederation``.
  public static func covers(_ source: TriggerSource) -> Bool { source == .inboundFederation }

  /// Reads the request.
  public init(_ event: CognitoEvent) throws {
    self.event = event
    providerName = try event.requiredText("providerName")
    providerType = try event.requiredText("providerType")
    attributes = try event.document.root.member("request").member("attributes")
    _ = try attributes.members()
  }

  /// Reads what the provider says of the user, in one: of SAML the assertion's attributes, otherwise those of `userInfo`
  /// and the claims of `idToken`, which come before. What is no string is as it was written, and null is left out.
  ///
  /// - Throws: ``EventError`` where one of them cannot be read: whoever went on without it would have it deleted.
  public func userAttributes() throws(EventError) -> [String: String] {
    try EventError.reading { () throws(JSONError) in
      var all: [String: String] = [:]
      for source in ["samlResponse", "userInfo", "idToken"] {
        guard let said = attributes[source], !said.isNull else { continue }
        for (name, value) in try said.members() where !value.isNull {
          all[name] = value.kind == .string ? try value.string() : String(decoding: value.bytes, as: UTF8.self)
        }
      }
      return all
    }
  }

  /// What Cognito is to take for what the provider said.
  public struct Response: CognitoResponse {
    /// All attributes that the user is to keep: what is left out is gone, but none at all is as if nothing were said.
    public var userAttributesToMap: [String: String]

    /// Makes a response.
    public init(userAttributesToMap: [String: String]) {
      self.userAttributesToMap = userAttributesToMap
    }

    /// Writes the attributes.
    public func write(to response: inout JSONObjectWriter, for event: CognitoEvent) {
      response.add("userAttributesToMap", userAttributesToMap)
    }
  }
}
