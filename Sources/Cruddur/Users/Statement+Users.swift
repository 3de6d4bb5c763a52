import Postgres

extension Statement {
  /// `SQL/add-missing-user.sql`
  static func addMissingUser(_ user: User, handle: String) -> Statement {
    SQL.addMissingUser([
      "display_name": user.displayName, "email": user.email, "handle": handle, "cognito_user_id": user.cognitoUserID,
    ]).idempotent()
  }

  /// `SQL/add-user.sql`
  static func addUser(_ user: User, handle: String) -> Statement {
    SQL.addUser([
      "display_name": user.displayName, "email": user.email, "handle": handle, "cognito_user_id": user.cognitoUserID,
    ]).idempotent()
  }

  /// `SQL/find-profile.sql`
  static func findProfile(cognitoUserID: String) -> Statement {
    SQL.findProfile(["cognito_user_id": cognitoUserID]).idempotent()
  }
}
