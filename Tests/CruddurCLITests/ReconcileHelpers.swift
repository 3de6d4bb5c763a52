import Foundation
import TestSupport

/// A pool's users, a database with the application's tables, and an `aws` that lists them as a test wants it.
final class ReconcileWorld: Sendable {
  let postgres: ThrowawayPostgres
  let url: String
  /// For files; it comes first in `PATH`.
  let folder: String

  init(_ postgres: ThrowawayPostgres? = nil) async throws {
    if let postgres { self.postgres = postgres } else { self.postgres = try await .shared }
    url = try self.postgres.makeDatabase(schema: true)
    folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Runs `cruddur reconcile`.
  func reconcile(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) async throws -> CommandLineTool.Outcome {
    try await CommandLineTool.run(
      ["reconcile"] + arguments, input: input, environment: self.environment.merging(environment) { $1 })
  }

  var environment: [String: String] {
    get throws { ["CONNECTION_URL": url, "PATH": "\(folder):\(try CommandLineTool.folder()):/usr/bin:/bin"] }
  }

  /// Writes a file, and returns its path.
  func write(_ text: String, to name: String, executable: Bool = false) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    if executable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
    return path
  }

  /// Makes an `aws` of a shell script, which finds its page in a file of that token's name, "first" without one.
  func makeAWS(_ pages: [String: String], before: String = "") throws {
    for (token, page) in pages { _ = try write(page, to: "page-\(token)") }
    let script = """
      #!/bin/sh
      echo "$*" >>'\(folder)/calls'
      token=first
      for word; do [ "$last" != --starting-token ] || token=$word; last=$word; done
      \(before)
      exec cat '\(folder)'/page-"$token"
      """
    _ = try write(script, to: "aws", executable: true)
  }

  /// What a shell says to wait until there are so many rows: the users whom `aws` lists next are read while those before
  /// are added.
  func untilRows(_ count: Int) -> String {
    "until [ \"$(psql --dbname '\(url)' --tuples-only --no-align --command 'SELECT count(*) FROM users')\" = \(count) ]; do sleep 0.05; done"
  }

  /// How `aws` was called, a line each.
  var calls: [String] {
    ((try? String(contentsOfFile: folder + "/calls", encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
  }

  /// The rows' columns, divided by `|`, in the order of their ids.
  func rows(_ columns: String = "cognito_user_id, handle") throws -> [String] {
    try postgres.psql("SELECT \(columns) FROM users ORDER BY cognito_user_id COLLATE \"C\"", url: url)
      .split(separator: "\n").map(String.init)
  }
}

/// A user as `aws cognito-idp list-users` prints them. The texts are JSON's.
struct ListedAccount {
  var sub: String
  var handle: String
  var name = "Ana Green"
  var status = "CONFIRMED"
  var isEnabled = true
  var created = #""2025-11-21T05:05:59.123000+01:00""#

  /// A sub that is a UUID, of a number.
  init(_ number: Int, _ handle: String? = nil) {
    sub = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
    self.handle = handle ?? "user-\(number)"
  }

  var json: String {
    """
    {"Username":"\(sub)","Attributes":[{"Name":"sub","Value":"\(sub)"},{"Name":"name","Value":"\(name)"},
     {"Name":"preferred_username","Value":"\(handle)"},{"Name":"email","Value":"secret@example.com"}],
     "UserCreateDate":\(created),"Enabled":\(isEnabled),"UserStatus":"\(status)"}
    """
  }

  static func page(_ accounts: [ListedAccount], token: String? = nil) -> String {
    let rest = token.map { #","NextToken":"\#($0)""# } ?? ""
    return #"{"Users":[\#(accounts.map(\.json).joined(separator: ","))]\#(rest)}"#
  }
}
