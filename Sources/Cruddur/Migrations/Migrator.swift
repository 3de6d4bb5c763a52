import Logging
import Postgres

/// Brings a database's tables up to date.
///
/// Each migration is a transaction of its own, which begins by waiting for those of other runs, so that each is applied
/// once, and then reads the record anew. A run that ends early, for whatever reason, has done the first of them whole and
/// the others not at all, and the next one goes on from there.
struct Migrator {
  var database: Pool
  var migrations = Migration.all
  var grants = Migration.grants

  /// Applies what is pending, then grants the application's role what it needs.
  ///
  /// - Returns: The names of those that this call applied.
  /// - Throws: ``MigrationConflict`` before anything is done; ``DatabaseFailure``, which names the migration and its line.
  func run(until deadline: ContinuousClock.Instant, logger: Logger) async throws -> [String] {
    var applied: [String] = []
    while let name = try await applyNext(until: deadline) {
      logger.info("migration applied", metadata: ["migration": "\(name)"])
      applied.append(name)
    }
    return applied
  }

  /// Applies the first that is pending, and returns its name; where there is none, sets the grants.
  private func applyNext(until deadline: ContinuousClock.Instant) async throws -> String? {
    var step = "connecting"
    do {
      return try await database.transaction(until: deadline, isIdempotent: true) { transaction in
        step = "waiting for other runs of the migrations"
        try await transaction.execute(.seeWhatOthersCommit, until: deadline)
        try await transaction.execute(.lockMigrations, until: deadline)
        step = "reading which migrations are applied"
        try await transaction.execute(.createMigrationRecord, until: deadline)
        let rows = try await transaction.execute(.appliedMigrations(among: migrations), until: deadline)
        guard let next = try migrations.pending(after: rows.map(AppliedMigration.init)).first else {
          step = "grants.sql"
          try await transaction.executeUncheckedScript(grants, until: deadline)
          return nil
        }
        step = "the migration \(next.name)"
        try await transaction.executeUncheckedScript(next.script, until: deadline)
        try await transaction.execute(.noteApplied(next), until: deadline)
        return next.name
      }
    } catch let error as PostgresError {
      throw DatabaseFailure(cause: error, step: step)
    }
  }
}
