public import LambdaEvents

extension User {
  /// The user that a confirmed account stands for.
  ///
  /// Only `sub` is required: no user is lost for an attribute that their pool does not ask for. The handle is `preferred_username`, else the user name,
  /// else `sub`; the display name is `name`, else the handle. An attribute that is null, empty, blank or no string counts as absent, U+0000, which
  /// PostgreSQL cannot store, is taken out, and the handle is cut.
  ///
  /// - Throws: `EventError` where `sub` is missing, no string, blank, over 1,024 bytes or has a U+0000.
  public init(_ event: PostConfirmation) throws(EventError) {
    let attributes = event.userAttributes
    cognitoUserID = try User.identifier(attributes)
    handle =
      [attributes.string("preferred_username"), event.userName].lazy
      .compactMap { Handle.cut($0.flatMap(User.usable)) }.first ?? cognitoUserID
    displayName = attributes.string("name").flatMap(User.usable) ?? handle
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

  /// The text as PostgreSQL can store it; nil where nothing is left to see.
  private static func usable(_ text: String) -> String? {
    var text = text
    if text.utf8.contains(0) { text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" })) }
    return text.isBlank ? nil : text
  }
}
