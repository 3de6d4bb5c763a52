import Postgres

/// A migration that the database's record has.
struct AppliedMigration: Equatable {
  let name: String
  /// Whether the file's text is the one that was applied; nil for a file that this program does not have.
  let isUnchanged: Bool?
}

extension AppliedMigration {
  /// Reads a row of ``Statement/appliedMigrations(among:)``.
  init(_ row: Row) throws(PostgresError) {
    name = try row["name"]
    isUnchanged = try row["is_unchanged"]
  }
}

extension [Migration] {
  /// Those that are still to be applied, in order.
  ///
  /// - Throws: ``MigrationConflict`` unless the database has the first of them, as they are, and no others.
  func pending(after applied: [AppliedMigration]) throws(MigrationConflict) -> ArraySlice<Migration> {
    // What a newer program has done comes first: until this one is replaced, nothing else matters.
    if let unknown = applied.first(where: { $0.isUnchanged == nil }) { throw .unknown(unknown.name) }
    if let changed = applied.first(where: { $0.isUnchanged == false }) { throw .changed(changed.name) }
    for (migration, record) in zip(self, applied) where migration.name != record.name {
      throw .skipped(migration.name, before: record.name)
    }
    return dropFirst(applied.count)
  }
}
