/// A transaction on a connection of a ``Pool``, lent for as long as the body of ``Pool/transaction(until:isIdempotent:_:)``
/// runs. It cannot be copied or kept, so that nobody can use the connection when it belongs to somebody else.
///
/// Its beginning is sent with its first statement, in one round trip, and so is its end with a last one
/// (``executeAndCommit(_:until:)``).
public struct Transaction: TimedExecutor, ~Copyable {
  /// The deadline of the transaction, and of all calls that name none.
  public let deadline: ContinuousClock.Instant
  private let progress: TransactionProgress

  fileprivate init(_ progress: TransactionProgress, until deadline: ContinuousClock.Instant) {
    self.progress = progress
    self.deadline = deadline
  }

  /// Executes a statement and returns its rows. Once a statement has failed PostgreSQL refuses all others, but for
  /// `ROLLBACK TO` a savepoint.
  ///
  /// Throws ``PostgresError``, as ``Connection/execute(_:until:)`` does; ``PostgresError/Reason/transactionAborted`` after
  /// the transaction has ended, or if it could not begin.
  @discardableResult
  public func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    try await progress.execute(statement, [], until: deadline)
  }

  /// Executes the last statement and commits, in one round trip. The body has to end then: whatever else it executes
  /// throws ``PostgresError/Reason/transactionAborted``.
  ///
  /// Throws ``PostgresError``. If the server refuses the statement or the commit, nothing of the transaction is left; if
  /// the connection breaks, the transaction may have been committed.
  @discardableResult
  public func executeAndCommit(
    _ statement: Statement, until deadline: ContinuousClock.Instant? = nil
  ) async throws(PostgresError) -> Rows {
    try await progress.execute(statement, .commit, until: deadline ?? self.deadline)
  }

  /// Executes a script, such as a file of `CREATE` statements: any number of statements, as they are, without
  /// parameters. Nothing protects the database from what the text says, so it must be the program's own, never made of
  /// what came from elsewhere.
  ///
  /// Throws ``PostgresError``, as ``execute(_:until:)`` does, with ``PostgresError/Reason/transactionAborted`` for a
  /// script that ends the transaction, whether or not it begins another: what it did before that cannot be undone. A
  /// statement that refuses to be in a transaction (`CREATE INDEX CONCURRENTLY`) is the server's error.
  public func executeUncheckedScript(
    _ trustedSQL: String, until deadline: ContinuousClock.Instant? = nil
  ) async throws(PostgresError) {
    let deadline = deadline ?? self.deadline
    try await execute(Statement("SAVEPOINT script").unprepared(), until: deadline)
    try await progress.connection().execute(script: trustedSQL, until: deadline)
    do throws(PostgresError) {
      // A savepoint is gone with its transaction.
      try await execute(Statement("RELEASE SAVEPOINT script").unprepared(), until: deadline)
    } catch {
      throw error.sqlState == .invalidSavepointSpecification ? PostgresError(.transactionAborted) : error
    }
  }

  /// Runs a body of which nothing stays if it throws, and the transaction goes on: between a savepoint and its release.
  ///
  /// Throws what the body throws, or ``PostgresError``.
  public func savepoint<Value>(_ body: (borrowing Transaction) async throws -> Value) async throws -> Value {
    let name = progress.nextSavepoint()
    func statement(_ verb: String) -> Statement { Statement(stringLiteral: "\(verb) \(name)").unprepared() }
    try await execute(statement("SAVEPOINT"))
    do {
      let value = try await body(self)
      try await execute(statement("RELEASE SAVEPOINT"))
      return value
    } catch {
      if let connection = try? progress.connection(), connection.isOpen() {
        try await connection.execute(
          [statement("ROLLBACK TO SAVEPOINT"), statement("RELEASE SAVEPOINT")], until: deadline)
      }
      throw error
    }
  }

  /// Executes a statement and hands over its rows as they come, see ``Connection/stream(_:until:_:)``: until the body has
  /// seen the last, the transaction can do nothing else.
  public func stream(
    _ statement: Statement, until deadline: ContinuousClock.Instant? = nil, _ body: (Row) async throws -> Void
  ) async throws {
    try await progress.begin(until: deadline ?? self.deadline)
    try await progress.connection().stream(statement, until: deadline ?? self.deadline, body)
  }

  /// Executes `COPY … FROM STDIN`, and sends what the body writes, see ``Connection/copyIn(_:until:_:)``.
  @discardableResult
  public func copyIn(
    _ statement: Statement, until deadline: ContinuousClock.Instant? = nil,
    _ body: (inout CopyWriter) async throws -> Void
  ) async throws -> Int {
    try await progress.begin(until: deadline ?? self.deadline)
    return try await progress.connection().copyIn(statement, until: deadline ?? self.deadline, body)
  }
}

extension Pool {
  /// Executes several statements as one: all of them, or none.
  ///
  /// ```swift
  /// try await pool.transaction(until: deadline) { transaction in
  ///   try await transaction.execute("UPDATE accounts SET balance = balance - \(amount) WHERE id = \(from)")
  ///   try await transaction.executeAndCommit("UPDATE accounts SET balance = balance + \(amount) WHERE id = \(to)")
  /// }
  /// ```
  ///
  /// The transaction is committed when the body returns and rolled back when it throws. The isolation level is the
  /// database's default, unless the first statement is `SET TRANSACTION ISOLATION LEVEL …`. The connection is the
  /// body's until it ends: a body that takes a second one from the same pool may wait for itself.
  ///
  /// A pool with a `retryTime` retries the first statement, with which the transaction begins: nothing of it stays if it
  /// fails. If `isIdempotent` is true, the whole transaction is retried, the body with it, after a failure that may pass:
  /// then doing all of it twice has to do no more than doing it once, because it may have been committed without a word.
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
    try await blocking {
      var retries = Retries(for: retryTime, until: deadline)
      while true {
        let progress = TransactionProgress(of: self, until: deadline, retries)
        do {
          return try await progress.run(body)
        } catch let error as PostgresError where isIdempotent {
          retries = progress.retries
          try await retries.wait(after: error, of: .always, observers)
        }
      }
    }
  }
}

/// How far a transaction has come, and the connection that it is on.
private final class TransactionProgress {
  private enum State {
    /// Nothing is sent yet.
    case new
    case open
    case committed
    /// It could not begin, so that there is none.
    case failed
  }

  private let pool: Pool
  private let deadline: ContinuousClock.Instant
  private(set) var retries: Retries
  private var lease: Lease?
  private var state = State.new
  private var savepoints = 0

  init(of pool: Pool, until deadline: ContinuousClock.Instant, _ retries: Retries) {
    self.pool = pool
    self.deadline = deadline
    self.retries = retries
  }

  /// Runs the body, and commits or rolls back what it has done.
  func run<Value>(_ body: (inout Transaction) async throws -> Value) async throws -> Value {
    lease = try await pool.lease(until: deadline, attempt: retries.attempt)
    defer { lease = nil }
    do {
      // Not because it changes, but because nothing that outlives the body can hold what is `inout`.
      var transaction = Transaction(self, until: deadline)
      let value = try await body(&transaction)
      try await commit()
      return value
    } catch {
      await rollBack(after: error)
      throw error
    }
  }

  /// The connection of a transaction that has begun, and has not ended since, by a commit that the server refused or by
  /// the body's own: what is executed after that would be a transaction of its own.
  func connection() throws(PostgresError) -> Connection {
    guard state == .open, let connection = lease?.connection, !connection.isReusable else {
      throw PostgresError(.transactionAborted)
    }
    return connection
  }

  func execute(
    _ statement: Statement, _ edges: Connection.TransactionEdges, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    if state == .new { return try await begin(with: statement, edges, until: deadline) }
    let connection = try connection()
    // The server would answer COMMIT by rolling back, or by a warning, and call that a success.
    guard edges.isEmpty || connection.isInTransaction else { throw PostgresError(.transactionAborted) }
    let rows = try await connection.execute(statement, edges, until: deadline)
    if edges.contains(.commit) { state = .committed }
    return rows
  }

  /// Begins the transaction, if it has not begun.
  func begin(until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    if state == .new { _ = try await begin(with: nil, [], until: deadline) }
  }

  /// Begins the transaction with its first statement. Nothing of that stays unless it is committed, so that it may be done
  /// again.
  private func begin(
    with statement: Statement?, _ edges: Connection.TransactionEdges, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    // As with any other statement, the transaction is none the worse for what was not sent.
    if let error = statement?.parameters.error { throw error }
    let repeatability = statement.flatMap { edges.contains(.commit) ? $0.repeatability : nil } ?? .always
    while true {
      do throws(PostgresError) {
        let rows = try await lease?.perform(repeatability, until: deadline) { connection throws(PostgresError) in
          guard let statement else { return try connection.run(.begin, until: deadline) }
          return try connection.run(statement, edges.union(.begin), until: deadline)
        }
        guard let rows else { throw PostgresError(.transactionAborted) }
        state = edges.contains(.commit) ? .committed : .open
        return rows
      } catch {
        state = .failed
        await rollBack(after: error)
        lease = nil
        try await retries.wait(after: error, of: repeatability, pool.observers)
        lease = try await pool.lease(until: deadline, attempt: retries.attempt)
        state = .new
      }
    }
  }

  private func commit() async throws(PostgresError) {
    switch state {
    case .new, .committed: return
    case .failed: throw PostgresError(.transactionAborted)
    case .open:
      let connection = try connection()
      guard connection.isInTransaction else { throw PostgresError(.transactionAborted) }
      try await connection.execute(.commit, until: deadline)
    }
  }

  private func rollBack(after error: any Error) async {
    guard let connection = lease?.connection else { return }
    if (error as? PostgresError)?.meansEndOfSession == true {
      connection.close()
    } else if !connection.isReusable {
      // If that fails, because the deadline is over, for example, the lease closes the connection: the server rolls
      // back then, too.
      _ = try? await connection.execute(.rollback, until: deadline)
    }
  }

  /// The name of the next savepoint.
  func nextSavepoint() -> String {
    savepoints += 1
    return "savepoint_\(savepoints)"
  }
}
