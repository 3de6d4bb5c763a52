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
