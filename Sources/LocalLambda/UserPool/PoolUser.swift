import JSON

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
