import Postgres

extension Statement {
  /// `SQL/add-missing-user.sql`
  static func addMissingUser(_ user: User, handle: String) -> Statement {
    SQL.addMissingUser {
      $0.bind("display_name", user.displayName)
      $0.bind("email", user.email)
      $0.bind("handle", handle)
      $0.bind("cognito_user_id", user.cognitoUserID)
    }.idempotent()
  }

  /// `SQL/add-user.sql`
  static func addUser(_ user: User, handle: String) -> Statement {
    SQL.addUser {
      $0.bind("display_name", user.displayName)
      $0.bind("email", user.email)
      $0.bind("handle", handle)
      $0.bind("cognito_user_id", user.cognitoUserID)
    }.idempotent()
  }

  /// `SQL/find-profile.sql`
  static func findProfile(cognitoUserID: String) -> Statement {
    SQL.findProfile { $0.bind("cognito_user_id", cognitoUserID) }.idempotent()
  }
}
