import Foundation
import JSON

/// The accounts of a user pool: a value without I/O.
///
/// People sign in by their e-mail address or their preferred user name, so that two may not share one; case does not
/// count, see <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>.
struct UserPool {
  static let id = "us-east-1_local"
  static let clientID = "local"

  /// In the order of their sign-up.
  private(set) var users: [PoolUser] = []

  /// Makes an account under a new `sub`.
  ///
  /// - Throws: ``PoolError/usernameExists(_:)`` where somebody else has an alias.
  mutating func signUp(_ request: SignUpRequest, sub: String) throws(PoolError) -> PoolUser {
    let user = PoolUser(
      sub: sub, name: request.name, preferredUsername: request.preferredUsername, email: request.email)
    let taken = Set(users.flatMap(\.aliases).map(\.value))
    for (attribute, alias) in user.aliases where taken.contains(alias) { throw .usernameExists(attribute: attribute) }
    users.append(user)
    return user
  }

  /// Deletes an account, whose aliases are free then.
  ///
  /// - Throws: ``PoolError/userNotFound``.
  mutating func delete(sub: Substring) throws(PoolError) {
    guard let index = users.firstIndex(where: { $0.sub == sub }) else { throw .userNotFound }
    users.remove(at: index)
  }

  /// - Throws: ``PoolError/userNotFound``.
  func user(sub: Substring) throws(PoolError) -> PoolUser {
    guard let user = users.first(where: { $0.sub == sub }) else { throw .userNotFound }
    return user
  }
}

/// An account of the user pool.
///
/// An attribute that was not given is absent, as it is in a pool that does not require it.
struct PoolUser: Sendable, Equatable {
  /// The user's id, for good. Where one signs in by an alias, it is the user name as well.
  let sub: String
  let name: String?
  let preferredUsername: String?
  let email: String?

  var username: String { sub }

  /// The attributes that were given, under Cognito's names.
  var attributes: [(name: String, value: String)] {
    [("name", name), ("preferred_username", preferredUsername), ("email", email)]
      .compactMap { name, value in value.map { (name, $0) } }
  }

  /// What they sign in by, in lower case, which does not count, and under which attribute.
  var aliases: [(attribute: String, value: String)] {
    [("email", email), ("preferred_username", preferredUsername)]
      .compactMap { attribute, value in value.map { (attribute, $0.lowercased()) } }
  }

  /// Adds the members by which the page knows a user.
  func write(to user: inout JSONObjectWriter) {
    user.add("sub", sub)
    user.add("username", username)
    for (name, value) in attributes { user.add(name, value) }
  }
}

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

/// What Cognito refuses, in its own words where it has some:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html>.
enum PoolError: Error, Equatable {
  case invalidParameter(String)
  case usernameExists(attribute: String)
  case userNotFound
  /// There is nowhere to send a code to.
  case noVerifiedAddress

  var status: Int {
    switch self {
    case .invalidParameter, .usernameExists, .noVerifiedAddress: 400
    case .userNotFound: 404
    }
  }

  var type: String {
    switch self {
    case .invalidParameter, .noVerifiedAddress: "InvalidParameterException"
    case .usernameExists: "UsernameExistsException"
    case .userNotFound: "UserNotFoundException"
    }
  }

  var message: String {
    switch self {
    case .invalidParameter(let message): message
    case .usernameExists(let attribute): "An account with the given \(attribute) already exists."
    case .userNotFound: "User does not exist."
    case .noVerifiedAddress:
      "Cannot reset password for the user as there is no registered/verified email or phone_number"
    }
  }

  var response: HTTPResponse {
    .json(
      JSONWriter.object {
        $0.add("__type", type)
        $0.add("message", message)
      }, status: status)
  }
}
