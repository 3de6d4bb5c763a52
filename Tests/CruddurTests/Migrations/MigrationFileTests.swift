import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import Cruddur

/// The files of `deploy/db`.
@Suite(.ownThread) struct MigrationFileTests {
  private static let folder = Repository.file("deploy/db")

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
  }

  @Test func `Every file is embedded, and nothing else is`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
    let migrations = Migration.all.map { "\($0.name).sql" }
    #expect(migrations + ["grants.sql", "schema.sql", "seed.sql"] == files)
    let links = Repository.file("Sources/Cruddur/Migrations/SQL").path
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: links)) == Set(migrations + ["grants.sql"]))
    for migration in Migration.all { #expect(try migration.script == text("\(migration.name).sql")) }
    #expect(try Migration.grants == text("grants.sql"))
  }

  /// The server is given their texts, comments and all, and a database of another encoding lacks other characters.
  @Test func `The files are ASCII`() {
    for migration in Migration.all { #expect(migration.script.utf8.allSatisfy { $0 < 0x80 }, "\(migration.name)") }
    #expect(Migration.grants.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func `The files are numbered without a gap`() {
    for (index, migration) in Migration.all.enumerated() {
      #expect(migration.name.hasPrefix(String(format: "%03d-", index + 1)), "\(migration.name)")
    }
  }

  /// A file that committed would leave something behind.
  @Test func `No file ends its transaction`() async throws {
    let postgres = try await ThrowawayPostgres.shared
    let url = try postgres.makeDatabase()
    let empty = try postgres.dumpSchema(of: url)
    let pool = Pool(try ConnectionConfiguration(url), limit: 1)
    await #expect(throws: RolledBack.self) {
      try await pool.transaction(until: .now + .seconds(60)) { transaction in
        try await transaction.execute(.createMigrationRecord, until: .now + .seconds(60))
        for script in Migration.all.map(\.script) + [Migration.grants] {
          try await transaction.executeUncheckedScript(script, until: .now + .seconds(60))
        }
        throw RolledBack()
      }
    }
    #expect(try postgres.dumpSchema(of: url) == empty)
  }

  @Test func `All files together are the schema`() async throws {
    let postgres = try await ThrowawayPostgres.shared
    let (migrated, loaded) = (try postgres.makeDatabase(), try postgres.makeDatabase(schema: true))
    _ = try await Migrator(url: migrated).run()
    #expect(try postgres.dumpSchema(of: migrated) == postgres.dumpSchema(of: loaded))
    // A change of an unpublished migration changes its checksum, which is shown here.
    let record = "SELECT name, checksum FROM schema_migrations ORDER BY name"
    #expect(try postgres.psql(record, url: migrated) == postgres.psql(record, url: loaded))
  }

  @Test func `A database made by the schema has nothing pending`() async throws {
    let url = try await ThrowawayPostgres.shared.makeDatabase(schema: true)
    #expect(try await Migrator(url: url).run() == [])
  }
}

private struct RolledBack: Error {}
