#if Laptop  // Nobody but the command cruddur has many users at a time, and the zip no room to spare.
import Postgres

extension Statement {
  /// `SQL/add-users.sql`: each user with the handle of the same position.
  static func addUsers(_ users: [User], handles: [String]) -> Statement {
    SQL.addUsers {
      $0.bind("display_names", users.map(\.displayName))
      $0.bind("emails", users.map(\.email))
      $0.bind("handles", handles)
      $0.bind("cognito_user_ids", users.map(\.cognitoUserID))
    }.idempotent()
  }

  /// `SQL/current-time.sql`
  static var currentTime: Statement { SQL.currentTime().idempotent() }

  /// `SQL/find-missing-users.sql`
  static func findMissingUsers(cognitoUserIDs: [String]) -> Statement {
    SQL.findMissingUsers { $0.bind("cognito_user_ids", cognitoUserIDs) }.idempotent()
  }

  /// `SQL/list-users.sql`
  static func listUsers(after id: String, before instant: Timestamp, limit: Int) -> Statement {
    SQL.listUsers {
      $0.bind("after", id)
      $0.bind("before", instant)
      $0.bind("limit", limit)
    }.idempotent()
  }
}
#endif
