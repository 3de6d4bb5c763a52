import Logging
import Postgres

@testable import Cruddur

extension Migrator {
  /// Migrates the database of a URL.
  init(url: String) throws {
    self.init(database: .migrating(try ConnectionConfiguration(url)))
  }

  /// The same, with migrations of a test's own, from their names and texts, and without grants.
  init(url: String, _ migrations: KeyValuePairs<String, String>) throws {
    try self.init(url: url)
    self.migrations = migrations.map { Migration($0.key, Array($0.value.utf8)) }
    grants = ""
  }

  /// Migrates in more time than it needs, and tells what was applied.
  func run(until deadline: ContinuousClock.Instant = .now + .seconds(60)) async throws -> [String] {
    try await report(until: deadline).applied
  }

  /// The same, and tells all of what was done.
  func report(until deadline: ContinuousClock.Instant = .now + .seconds(60)) async throws -> Report {
    try await run(until: deadline, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}
