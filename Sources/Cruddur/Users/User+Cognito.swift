public import LambdaEvents
import Postgres

extension User {
  /// The user whom a trigger's event is about.
  ///
  /// Only `sub` is required: no user is lost for an attribute that their pool does not ask for. The handle is
  /// `preferred_username`, else the user name if somebody chose it, else `user-` and the first eight characters of `sub`;
  /// the display name is `name`, else the handle. Everybody sees both, so an e-mail address or a telephone number is
  /// neither: an attribute that is one was mapped from a provider's, or given in place of another, and counts as absent
  /// here, as does one that is null, empty, blank or no string. U+0000, which PostgreSQL cannot store, is taken out, and
  /// the handle is cut; one whose first character is too long to be kept counts as absent as well.
  ///
  /// - Throws: `EventError` where the event has no attributes, or `sub` is missing, no string, blank, over 1,024 bytes or
  ///   has a U+0000: what is left of an id without it may be another user's.
  public init(_ trigger: some CognitoTrigger) throws(EventError) {
    let attributes = try trigger.event.userAttributes()
    cognitoUserID = try User.identifier(attributes)
    handle =
      Handle.cut(User.publicName(attributes.string("preferred_username")))
      ?? Handle.cut(User.chosenName(trigger.userName, attributes)) ?? Handle.neutral(forID: cognitoUserID)
    displayName = User.publicName(attributes.string("name")) ?? handle
    email = attributes.string("email").flatMap(User.usable)
  }

  private static func identifier(_ attributes: UserAttributes) throws(EventError) -> String {
    let sub = try attributes.requiredString("sub")
    guard sub == usable(sub), sub.utf8.count <= 1_024 else {
      let requirement = "has to be text of 1 to 1,024 bytes, not blank and without U+0000"
      throw EventError(.unusable(path: "$.request.userAttributes.sub", requirement: requirement))
    }
    return sub
  }

  /// The user name; nil where it is a number, or an id that Cognito (a UUID) or a provider gave them.
  private static func chosenName(_ userName: String?, _ attributes: UserAttributes) -> String? {
    guard let name = publicName(userName), !name.isNumber, UUID(name) == nil,
      !attributes.haveFromProvider(userName: userName ?? name)
    else { return nil }
    return name
  }

  /// The text as everybody may see it; nil where it is a way to reach the user, or nothing to see.
  private static func publicName(_ text: String?) -> String? {
    // Without these two it is neither an address nor a telephone number, as most names are.
    if let text, text.isPlainName { return text }
    guard let name = text.flatMap(usable), !name.isEmailAddress, !name.isTelephoneNumber else { return nil }
    return name
  }

  /// The text as PostgreSQL can store it; nil where nothing is left to see.
  private static func usable(_ text: String) -> String? {
    if text.isPlain { return text }
    var text = text
    if text.utf8.contains(0) { text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" })) }
    return text.isBlank ? nil : text
  }
}
