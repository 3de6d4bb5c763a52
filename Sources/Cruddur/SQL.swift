import Postgres

/// The files of the folder `SQL`, which are embedded in the program, each read when it is first asked for.
enum SQL {
  static let addActivity = StatementTemplate(PackageResources.add_activity_sql)
  static let addMissingUser = StatementTemplate(PackageResources.add_missing_user_sql)
  static let addReply = StatementTemplate(PackageResources.add_reply_sql)
  static let addUser = StatementTemplate(PackageResources.add_user_sql)
  static let addUsers = StatementTemplate(PackageResources.add_users_sql)
  static let checkHealth = StatementTemplate(PackageResources.check_health_sql)
  static let currentTime = StatementTemplate(PackageResources.current_time_sql)
  static let feed = StatementTemplate(PackageResources.feed_sql)
  static let feedOfUser = StatementTemplate(PackageResources.feed_of_user_sql)
  static let findActivity = StatementTemplate(PackageResources.find_activity_sql)
  static let findMissingUsers = StatementTemplate(PackageResources.find_missing_users_sql)
  static let findProfile = StatementTemplate(PackageResources.find_profile_sql)
  static let listUsers = StatementTemplate(PackageResources.list_users_sql)
  static let replies = StatementTemplate(PackageResources.replies_sql)
}
