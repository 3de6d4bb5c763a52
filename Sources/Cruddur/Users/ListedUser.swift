#if Laptop  // Nobody but the command cruddur has many users at a time, and the zip no room to spare.
public import JSON
import LambdaEvents
import Postgres

/// A user as Cognito's `ListUsers` lists them, and `aws cognito-idp list-users` prints them.
///
/// Source: <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserType.html>.
public struct ListedUser: Sendable {
  /// The attribute `sub`, which a row has as `cognito_user_id`.
  public let cognitoUserID: String

  /// `CONFIRMED`, for example; nil where the listing has none, or no string.
  public let status: String?

  /// Whether they may sign in as far as administrators are concerned.
  public let isEnabled: Bool

  /// When the account was made, as it was listed: a date and a time as text, or seconds since 1970.
  public let created: JSONValue?

  private let json: JSONValue

  /// Reads an element of `Users`.
  ///
  /// - Throws: ``ListedUserError`` where it does not say whose account it is.
  public init(_ json: JSONValue) throws(ListedUserError) {
    self.json = json
    var sub: JSONValue?
    for (name, value) in ListedUser.attributes(of: json) where name == "sub" { sub = value }
    guard let sub else { throw ListedUserError("it has no sub") }
    guard let id = try? sub.string() else { throw ListedUserError("its sub is no text") }
    cognitoUserID = id
    status = json["UserStatus"].flatMap { try? $0.string() }
    isEnabled = json["Enabled"].flatMap { try? $0.bool() } ?? true
    created = json["UserCreateDate"].flatMap { $0.kind == .string || $0.kind == .number ? $0 : nil }
    // Cognito's are UUIDs. Of anything else the sign-up's own rule says whether it will do.
    if UUID(id) == nil { _ = try User(self) }
  }

  /// Why somebody without a row is not to get one; nil where they are.
  ///
  /// Whoever can sign in is to have a row, or could once they have set a password, because nothing else gives them one:
  /// those whom an administrator made, or whose password an administrator reset, among them. An account that is disabled
  /// or was never confirmed gets its row if it is found enabled or confirmed later.
  public var exclusion: String? {
    guard isEnabled else { return "disabled" }
    switch status {
    case "CONFIRMED", "EXTERNAL_PROVIDER", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED": return nil
    case let status? where status.utf8.count <= 32 && status.utf8.allSatisfy(\.isCapitalOrUnderscore): return status
    default: return "of unknown status"
    }
  }

  /// The event by which Cognito would have had them added.
  fileprivate var confirmation: [UInt8] {
    JSONWriter.object { event in
      event.add("triggerSource", TriggerSource.confirmSignUp.rawValue)
      event.add("userName", json["Username"])
      event.object("request") { request in
        request.object("userAttributes") { attributes in
          for (name, value) in ListedUser.attributes(of: json) { attributes.add(name, value) }
          attributes.add("cognito:user_status", status)
        }
      }
    }
  }

  /// Attributes and their names, in their order; of several with a name the last one counts, as in an event.
  private static func attributes(of json: JSONValue) -> [(name: String, value: JSONValue)] {
    guard let list = try? json["Attributes"]?.elements() else { return [] }
    return list.compactMap { attribute in
      guard let name = try? attribute["Name"]?.string(), let value = attribute["Value"] else { return nil }
      return (name, value)
    }
  }
}

extension User {
  /// The user that a listed account stands for: the same that its confirmation's event would have.
  ///
  /// - Throws: ``ListedUserError`` where the `sub` is one that no row can have.
  public init(_ listed: ListedUser) throws(ListedUserError) {
    do {
      self = try User(PostConfirmation(CognitoEvent(JSONDocument(listed.confirmation))))
    } catch {
      throw ListedUserError("its sub has to be text of 1 to 1,024 bytes, not blank and without U+0000")
    }
  }
}

/// Why an element of a listing is nobody's account: a phrase that has nothing of the element in it.
public struct ListedUserError: Error, Equatable, CustomStringConvertible {
  /// The phrase.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension UInt8 {
  fileprivate var isCapitalOrUnderscore: Bool {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self || self == UInt8(ascii: "_")
  }
}
#endif
