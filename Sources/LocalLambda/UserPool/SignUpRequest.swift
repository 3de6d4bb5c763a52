import Foundation
import JSON

/// What somebody signs up with. An attribute that is missing, null or blank is absent.
struct SignUpRequest: Equatable {
  /// The most characters that Cognito takes of an attribute:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>.
  static let maximumCharacters = 2048

  var name: String?
  var preferredUsername: String?
  var email: String?

  /// Reads the body of a sign-up.
  ///
  /// - Throws: ``PoolError/invalidParameter(_:)`` with a sentence that names what is wrong.
  init(json: [UInt8]) throws(PoolError) {
    let root: JSONValue
    do {
      root = try JSONDocument(json, loneSurrogates: .refused).root
    } catch {
      throw .invalidParameter("The body is not JSON: \(error).")
    }
    guard root.kind == .object else { throw .invalidParameter("The body is not a JSON object.") }
    name = try Self.attribute("name", of: root)
    preferredUsername = try Self.attribute("preferred_username", of: root)
    email = try Self.attribute("email", of: root)
    guard email != nil || preferredUsername != nil else {
      throw .invalidParameter("An email or a preferred_username is needed to sign in by.")
    }
    if let email, !Self.isAddress(email) { throw .invalidParameter("Invalid email address format.") }
    // Otherwise one alias could be another's.
    if let preferredUsername, preferredUsername.contains("@") {
      throw .invalidParameter("A preferred_username cannot look like an email address.")
    }
  }

  private static func attribute(_ name: String, of root: JSONValue) throws(PoolError) -> String? {
    guard let value = root[name], !value.isNull else { return nil }
    guard let text = try? value.string() else { throw .invalidParameter("The attribute \(name) is not a string.") }
    guard text.unicodeScalars.count <= maximumCharacters else {
      throw .invalidParameter("The attribute \(name) is longer than \(maximumCharacters) characters.")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty ? nil : text
  }

  /// As coarse as it can be without taking for an address what is none: something, an @, something, without spaces.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
  }
}
