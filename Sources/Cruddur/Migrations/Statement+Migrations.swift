import JSON
import Postgres

/// The record of what was applied. Each statement is sent once or twice in a process's life, so none is prepared.
extension Statement {
  /// Makes each statement see what was committed before it began, whatever the database's default is: at the stricter
  /// levels it would be what was committed before the waiting began. Has to be the transaction's first statement.
  ///
  /// Source: <https://www.postgresql.org/docs/current/transaction-iso.html>.
  static var seeWhatOthersCommit: Statement {
    Statement("SET TRANSACTION ISOLATION LEVEL READ COMMITTED").unprepared()
  }

  /// Waits until no other transaction does the same, and keeps all others waiting until this one ends.
  ///
  /// The lock is PostgreSQL's own affair, so that it works before there is a table, and it ends with the transaction,
  /// whatever becomes of the program. The number only has to be nobody else's: it is "cruddur" in ASCII.
  static var lockMigrations: Statement {
    Statement("SELECT pg_advisory_xact_lock(x'63727564647572'::bigint)").unprepared()
  }

  /// Makes the table of what was applied, unless it is there. `checksum` is the file's SHA-256, as sha256sum(1) prints it.
  static var createMigrationRecord: Statement {
    Statement(
      """
      CREATE TABLE IF NOT EXISTS public.schema_migrations (
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz DEFAULT now() NOT NULL,
        CONSTRAINT schema_migrations_pkey PRIMARY KEY (name)
      )
      """
    ).unprepared()
  }

  /// What was applied, in order: a row of ``AppliedMigration`` each. PostgreSQL, which has SHA-256, compares the texts.
  static func appliedMigrations(among migrations: [Migration]) -> Statement {
    let known = JSONWriter.array { array in
      for migration in migrations {
        array.object { object in
          object.add("name", migration.name)
          object.add("script", migration.script)
        }
      }
    }
    let statement: Statement = """
      SELECT name, checksum = encode(sha256(convert_to(script, 'UTF8')), 'hex') AS is_unchanged
      FROM public.schema_migrations
      LEFT JOIN json_to_recordset(\(String(decoding: known, as: UTF8.self))) AS known (name text, script text) USING (name)
      ORDER BY name COLLATE "C"
      """
    return statement.unprepared()
  }

  /// Notes that a migration was applied.
  static func noteApplied(_ migration: Migration) -> Statement {
    let statement: Statement = """
      INSERT INTO public.schema_migrations (name, checksum)
      VALUES (\(migration.name), encode(sha256(convert_to(\(migration.script), 'UTF8')), 'hex'))
      """
    return statement.unprepared()
  }

  /// What the migration that this transaction has applied has to say: the setting `cruddur.remarks`, a JSON array of
  /// sentences, which a migration sets for its transaction alone if it changes what users had. A row each.
  static var remarks: Statement {
    Statement(
      """
      SELECT json_array_elements_text(nullif(current_setting('cruddur.remarks', true), '')::json) AS remark
      """
    ).unprepared()
  }
}
