/// A transaction on a connection of a ``Pool``, lent for as long as the body of ``Pool/transaction(until:_:)`` runs. It
/// cannot be copied or kept, so that nobody can use the connection when it belongs to somebody else.
public struct Transaction: StatementExecutor, ~Copyable {
  private let connection: Connection

  fileprivate init(on connection: Connection) {
    self.connection = connection
  }

  /// Executes a statement and returns its rows. Once a statement has failed PostgreSQL refuses all others, but for
  /// `ROLLBACK TO` a savepoint.
  ///
  /// Throws ``PostgresError``, as ``Connection/execute(_:until:)`` does.
  @discardableResult
  public func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    try await connection.execute(statement, until: deadline)
  }

  /// Executes a script, such as a file of `CREATE` statements: any number of statements, as they are, without
  /// parameters. Nothing protects the database from what the text says, so it must be the program's own, never made of
  /// what came from elsewhere.
  ///
  /// Throws ``PostgresError``, as ``execute(_:until:)`` does, with ``PostgresError/Reason/transactionAborted`` for a
  /// script that ends the transaction, whether or not it begins another: what it did before that cannot be undone. A
  /// statement that refuses to be in a transaction (`CREATE INDEX CONCURRENTLY`) is the server's error.
  public func executeUncheckedScript(
    _ trustedSQL: String, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) {
    try await connection.execute(Statement("SAVEPOINT script").unprepared(), until: deadline)
    try await connection.execute(script: trustedSQL, until: deadline)
    do throws(PostgresError) {
      // A savepoint is gone with its transaction.
      try await connection.execute(Statement("RELEASE SAVEPOINT script").unprepared(), until: deadline)
    } catch {
      let isGone = [.noActiveSQLTransaction, .invalidSavepointSpecification].contains(error.sqlState)
      throw isGone ? PostgresError(.transactionAborted) : error
    }
  }
}

extension Pool {
  /// Executes several statements as one: all of them, or none.
  ///
  /// ```swift
  /// try await pool.transaction(until: deadline) { transaction in
  ///   try await transaction.execute("UPDATE accounts SET balance = balance - \(amount) WHERE id = \(from)", until: deadline)
  ///   try await transaction.execute("UPDATE accounts SET balance = balance + \(amount) WHERE id = \(to)", until: deadline)
  /// }
  /// ```
  ///
  /// The transaction is committed when the body returns and rolled back when it throws. The isolation level is the
  /// database's default, unless the first statement is `SET TRANSACTION ISOLATION LEVEL …`. The connection is the
  /// body's until it ends: a body that takes a second one from the same pool may wait for itself.
  ///
  /// A pool with a `retryTime` retries to begin it. If `isIdempotent` is true, the whole transaction is retried, the
  /// body with it, after a failure that may pass: then doing all of it twice has to do no more than doing it once,
  /// because it may have been committed without a word.
  ///
  /// Throws what the body throws, or ``PostgresError``: that of ``execute(_:until:)`` if the transaction cannot begin, or
  /// if it cannot be committed. If that fails for another reason than that the server refuses, the transaction may have
  /// been committed. ``PostgresError/Reason/transactionAborted`` is for a body that returns although a statement has
  /// failed, or has ended the transaction itself.
  @discardableResult
  public func transaction<Value>(
    until deadline: ContinuousClock.Instant, isIdempotent: Bool = false,
    _ body: (inout Transaction) async throws -> Value
  ) async throws -> Value {
    var retries = Retries(for: retryTime, until: deadline)
    while true {
      do {
        return try await tryTransaction(until: deadline, &retries, body)
      } catch let error as PostgresError where isIdempotent {
        try await retries.wait(after: error, observers)
      }
    }
  }

  private func tryTransaction<Value>(
    until deadline: ContinuousClock.Instant, _ retries: inout Retries, _ body: (inout Transaction) async throws -> Value
  ) async throws -> Value {
    var lease = try await begin(until: deadline, &retries)
    let connection = try await lease.liveConnection(until: deadline)
    do {
      // Not because it changes, but because nothing that outlives the body can hold what is `inout`.
      var transaction = Transaction(on: connection)
      let value = try await body(&transaction)
      // The server would answer COMMIT by rolling back, and call that a success.
      guard connection.isInTransaction else { throw PostgresError(.transactionAborted) }
      try await connection.execute(Statement("COMMIT").unprepared(), until: deadline)
      return value
    } catch {
      if (error as? PostgresError)?.meansEndOfSession == true {
        connection.close()
      } else if !connection.isReusable {
        // If that fails, because the deadline is over, for example, the lease closes the connection: the server rolls
        // back then, too.
        _ = try? await connection.execute(Statement("ROLLBACK").unprepared(), until: deadline)
      }
      throw error
    }
  }

  /// Begins a transaction. That does nothing which could not be done again. A name that is given to such a statement is
  /// of no use, and behind a pooler of harm.
  private func begin(
    until deadline: ContinuousClock.Instant, _ retries: inout Retries
  ) async throws(PostgresError) -> Lease {
    while true {
      do throws(PostgresError) {
        var lease = try await lease(until: deadline, attempt: retries.attempt)
        try await lease.execute(Statement("BEGIN").idempotent().unprepared(), until: deadline)
        return lease
      } catch {
        try await retries.wait(after: error, observers)
      }
    }
  }
}
