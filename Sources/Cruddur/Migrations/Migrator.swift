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

  /// What a run has done.
  struct Report: Equatable {
    /// The names of the migrations that it applied.
    var applied: [String] = []
    /// What they have changed of what users had: a sentence each.
    var remarks: [String] = []
  }

  /// Applies what is pending, then grants the application's role what it needs.
  ///
  /// - Throws: ``MigrationConflict`` before anything is done; ``DatabaseFailure``, which names the migration.
  func run(until deadline: ContinuousClock.Instant, logger: Logger) async throws -> Report {
    var report = Report()
    while let (name, remarks) = try await applyNext(until: deadline) {
      logger.info("migration applied", metadata: ["migration": "\(name)"])
      for remark in remarks { logger.warning("\(remark)", metadata: ["migration": "\(name)"]) }
      report.applied.append(name)
      report.remarks += remarks
    }
    return report
  }

  /// Applies the first that is pending, and returns its name and remarks; where there is none, sets the grants.
  private func applyNext(until deadline: ContinuousClock.Instant) async throws -> (String, remarks: [String])? {
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
        let remarks = try await transaction.execute(.remarks, until: deadline)
        return (next.name, try remarks.map { row throws(PostgresError) in try row["remark"] })
      }
    } catch let error as PostgresError {
      throw DatabaseFailure(cause: error, step: step)
    }
  }
}
