import Foundation
import TestSupport
import Testing

@testable import Cruddur
@testable import Postgres

/// Each file of `Sources/Cruddur/SQL`, and the statement that Swift makes of it.
@Suite(.ownThread) struct SQLTests {
  private static let author = Author.cognitoUser(id: "sub")
  private static let activity = Postgres.UUID(high: 1, low: 2)

  static let statements: [(file: String, statement: Statement)] = [
    ("add-activity", .addActivity(draft(.oneDay), by: author)),
    ("add-activity", .addActivity(draft(.oneDay), by: .handle("ana"))),
    (
      "add-missing-user",
      .addMissingUser(User(displayName: "Ana", email: nil, handle: "", cognitoUserID: "sub"), handle: "ana")
    ),
    ("add-reply", .addReply(draft(.oneDay), to: activity, by: author)),
    ("add-reply", .addReply(draft(nil), to: activity, by: .handle("ana"))),
    ("add-user", .addUser(User(displayName: "Ana", email: nil, handle: "", cognitoUserID: "sub"), handle: "ana")),
    (
      "add-users", .addUsers([User(displayName: "Ana", email: nil, handle: "", cognitoUserID: "sub")], handles: ["ana"])
    ),
    ("check-health", .checkHealth),
    ("current-time", .currentTime),
    ("feed", .feed(from: .newest, limit: 20)),
    ("feed-of-user", .feed(ofUser: "ana", from: .newest, limit: 20)),
    ("find-activity", .findActivity(activity)),
    ("find-missing-users", .findMissingUsers(cognitoUserIDs: ["sub"])),
    ("find-profile", .findProfile(cognitoUserID: "sub")),
    ("list-users", .listUsers(after: "", before: .now, limit: 1)),
    ("replies", .replies(to: activity, from: .newest, limit: 20)),
  ]

  /// What `bootstrap` never executes: those of `cruddur reconcile`.
  private static let ofReconcile: Set = ["add-users", "current-time", "find-missing-users", "list-users"]

  private static func draft(_ timeToLive: TimeToLive?) -> ActivityDraft {
    ActivityDraft(message: "Hello", timeToLive: timeToLive)
  }

  private static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Cruddur/SQL").standardized
  }

  @Test func `Every file is a statement of Swift's, and nothing else is in the folder`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(Self.statements.map { $0.file + ".sql" }))
  }

  @Test func `The check of health tries every file of bootstrap's`() throws {
    let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
      .filter { !Self.ofReconcile.contains($0.deletingPathExtension().lastPathComponent) }
    let texts = try files.map { StatementTemplate(try Data(contentsOf: $0)).text }
    #expect(Health.statements.map(\.text).sorted() == texts.sorted())
  }

  /// A pool sends these twice where a connection dies, and no others: an activity must not be added twice.
  @Test func `What may be executed twice is idempotent`() {
    let idempotent = Set(Self.statements.filter(\.statement.isIdempotent).map(\.file))
    #expect(
      idempotent == [
        "add-missing-user", "add-user", "add-users", "check-health", "current-time", "feed", "feed-of-user",
        "find-activity", "find-missing-users", "find-profile", "list-users", "replies",
      ])
  }

  /// PostgreSQL parses each with the types that Swift gives to its parameters, and executes it.
  @Test(arguments: statements.indices) func `A statement has its file's text and parameters`(index: Int) async throws {
    let (file, statement) = Self.statements[index]
    let text = try Data(contentsOf: Self.folder.appending(path: file + ".sql"))
    #expect(statement.text == StatementTemplate(text).text)
    #expect(statement.parameters.error == nil)

    let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
    let connection = try await Connection.connect(ConnectionConfiguration(url), until: .now + .seconds(30))
    try await connection.execute(statement, until: .now + .seconds(30))
  }
}
