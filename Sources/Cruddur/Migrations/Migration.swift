/// A file of `deploy/db` that changes the tables, once.
struct Migration: Sendable, Equatable {
  /// The file's name without its ending, `001-users`. The names' order is that of the migrations.
  let name: String
  /// The file's text.
  let script: String

  init(_ name: String, _ file: [UInt8]) {
    self.name = name
    script = String(decoding: file, as: UTF8.self)
  }
}

extension Migration {
  /// All of them, in order. `Migrations/SQL` has a symbolic link to each, by which it is embedded in the program.
  static var all: [Migration] {
    [
      Migration("001-users", PackageResources._01_users_sql),
      Migration("002-activities", PackageResources._02_activities_sql),
      Migration("003-activity-json", PackageResources._03_activity_json_sql),
      Migration("004-handle-digest", PackageResources._04_handle_digest_sql),
    ]
  }

  /// `deploy/db/grants.sql`: the application's role and what it may do.
  static var grants: String { String(decoding: PackageResources.grants_sql, as: UTF8.self) }
}
