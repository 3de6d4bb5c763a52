/// A user as the `users` table has them.
public struct User: Sendable, Equatable {
  /// The name that others see.
  public var displayName: String

  /// The address; nil where the user gave none. Several users may have the same.
  public var email: String?

  /// The short name, unique among users.
  public var handle: String

  /// Cognito's id of the user, the token's `sub`.
  public var cognitoUserID: String
}
