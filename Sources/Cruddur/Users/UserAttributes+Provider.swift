import JSON
import LambdaEvents

extension UserAttributes {
  /// Whether the user's name in the pool is what an identity provider calls them, `Google_100000000000000000001`: Cognito
  /// makes it of the provider's name and of the provider's id of the user, in small letters where case does not count.
  ///
  /// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation.html>.
  func haveFromProvider(userName: String) -> Bool {
    let name = userName.lowercased()
    return string("cognito:user_status") == "EXTERNAL_PROVIDER"
      || UserAttributes.socialProviders.contains { name.hasPrefix($0 + "_") }
      || identities.contains(name)
  }

  /// The providers whose names are Cognito's, in small letters. Those of SAML and OpenID Connect are the pool's.
  private static let socialProviders = ["facebook", "google", "loginwithamazon", "signinwithapple"]

  /// The names that the user's providers give them, in small letters. The attribute is JSON in JSON. A user of the pool
  /// itself has it, too, once a provider's is linked to them.
  private var identities: [String] {
    guard let text = string("identities"), let document = try? JSONDocument(Array(text.utf8)),
      let identities = try? document.root.elements()
    else { return [] }
    return identities.compactMap { identity in
      guard let provider = try? identity["providerName"]?.string(), let id = try? identity["userId"]?.string()
      else { return nil }
      return "\(provider)_\(id)".lowercased()
    }
  }
}
