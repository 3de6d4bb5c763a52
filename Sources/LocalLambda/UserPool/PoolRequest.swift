import Foundation
import JSON

/// The body of a request to the user pool: an object whose members are text, or absent.
///
/// A member that is null or blank is absent. All that throws is ``PoolError/invalidParameter(_:)``, with a sentence that
/// names what is wrong.
struct PoolRequest {
  /// The most characters that Cognito takes of an attribute:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>.
  static let maximumCharacters = 2048

  let root: JSONValue

  /// Reads a body; one without any bytes has no members where `mayBeEmpty` says so.
  init(json: [UInt8], mayBeEmpty: Bool = false) throws(PoolError) {
    do {
      root = try JSONDocument(json.isEmpty && mayBeEmpty ? Array("{}".utf8) : json, loneSurrogates: .refused).root
    } catch {
      throw .invalidParameter("The body is not JSON: \(error).")
    }
    guard root.kind == .object else { throw .invalidParameter("The body is not a JSON object.") }
  }

  /// Takes an object of a body, such as that of an app's metadata.
  init(root: JSONValue) {
    self.root = root
  }

  func value(_ name: String) -> JSONValue? {
    root[name].flatMap { $0.isNull ? nil : $0 }
  }

  func text(_ name: String) throws(PoolError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = try? value.string() else { throw .invalidParameter("The member \(name) is not a string.") }
    return text.isBlank ? nil : text
  }

  func requiredText(_ name: String) throws(PoolError) -> String {
    guard let text = try text(name) else { throw .invalidParameter("The member \(name) is missing.") }
    return text
  }

  func flag(_ name: String, default standard: Bool) throws(PoolError) -> Bool {
    guard let value = value(name) else { return standard }
    guard let flag = try? value.bool() else { throw .invalidParameter("The member \(name) is not true or false.") }
    return flag
  }

  /// An object of texts, as an app passes it along; nil where there is none.
  func metadata(_ name: String) throws(PoolError) -> JSONValue? {
    guard let value = value(name) else { return nil }
    guard let members = try? value.members(), members.allSatisfy({ $0.value.kind == .string }) else {
      throw .invalidParameter("The member \(name) is not an object of strings.")
    }
    return value
  }

  /// A new password.
  ///
  /// - Throws: ``PoolError/invalidPassword(_:)`` as well.
  func password(_ name: String) throws(PoolError) -> PasswordHash? {
    guard let value = value(name) else { return nil }
    guard let password = try? value.string() else { throw .invalidParameter("The member \(name) is not a string.") }
    return password.isEmpty ? nil : try PasswordHash(password)
  }

  // MARK: Attributes

  /// The attributes `name`, `preferred_username` and `email` of a body, and those of its member `attributes`.
  func attributes() throws(PoolError) -> [String: String] {
    var attributes: [String: String] = [:]
    for name in ["name", "preferred_username", "email"] { attributes[name] = try attribute(name) }
    if let others = value("attributes") {
      guard let members = try? others.members() else {
        throw .invalidParameter("The member attributes is not an object.")
      }
      let nested = PoolRequest(root: others)
      for (name, _) in members { attributes[name] = try nested.attribute(name) }
    }
    try Self.check(attributes)
    return attributes
  }

  private func attribute(_ name: String) throws(PoolError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = try? value.string() else { throw .invalidParameter("The attribute \(name) is not a string.") }
    return text.isBlank ? nil : text
  }

  /// Checks the attributes that an account is to have.
  static func check(_ attributes: [String: String]) throws(PoolError) {
    for (name, text) in attributes.sorted(by: { $0.key < $1.key }) {
      guard standardAttributes.contains(name) || name.hasPrefix("custom:") && name.count > 7 else {
        throw .invalidParameter("The pool has no attribute \(name): it is neither a standard one nor custom:….")
      }
      guard text.unicodeScalars.count <= maximumCharacters else {
        throw .invalidParameter("The attribute \(name) is longer than \(maximumCharacters) characters.")
      }
    }
    if let email = attributes["email"], !isAddress(email) {
      throw .invalidParameter("Invalid email address format.")
    }
    // Otherwise one alias could be another's.
    if attributes["preferred_username"]?.contains("@") == true {
      throw .invalidParameter("A preferred_username cannot look like an email address.")
    }
  }

  /// Checks that there is something to sign in by.
  static func checkAlias(in attributes: [String: String]) throws(PoolError) {
    guard attributes["email"] != nil || attributes["preferred_username"] != nil else {
      throw .invalidParameter("An email or a preferred_username is needed to sign in by.")
    }
  }

  /// Those that users set: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>.
  private static let standardAttributes: Set = [
    "address", "birthdate", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name",
    "nickname", "phone_number", "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
  ]

  /// As coarse as it can be without taking for an address what is none: something, an @, something, without spaces.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
  }
}

extension String {
  fileprivate var isBlank: Bool { trimmingCharacters(in: .whitespacesAndNewlines).isEmpty }
}

/// What an account is made with, whoever makes it.
struct NewAccount {
  var attributes: [String: String]
  var password: PasswordHash?
  /// What the app passed along.
  var clientMetadata: JSONValue?
  var validationData: JSONValue?

  /// Takes attributes that have been checked.
  init(attributes: [String: String]) {
    self.attributes = attributes
  }

  /// Reads the body of a sign-up, whose account has something to sign in by.
  init(_ request: PoolRequest) throws(PoolError) {
    attributes = try request.attributes()
    try PoolRequest.checkAlias(in: attributes)
    clientMetadata = try request.metadata("clientMetadata")
    validationData = try request.metadata("validationData")
    password = try request.password("password")
  }
}
