extension Pool {
  /// The pool with a deadline, for calls that then name none.
  ///
  /// ```swift
  /// let database = pool.until(.now + .seconds(2))
  /// let count = try await database.value("SELECT count(*) FROM users", as: Int.self)
  /// ```
  public func until(_ deadline: ContinuousClock.Instant) -> TimedPool { TimedPool(pool: self, deadline: deadline) }
}

/// A ``Pool``, and until when it is used: see ``Pool/until(_:)``.
public struct TimedPool: TimedExecutor, Sendable {
  let pool: Pool
  /// When each call has to be over that names no deadline of its own.
  public let deadline: ContinuousClock.Instant

  /// Executes a statement, see ``Pool/execute(_:until:)``.
  @discardableResult
  public func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    try await pool.execute(statement, until: deadline)
  }

  /// Executes statements in one round trip, as one transaction, see ``Pool/execute(_:until:)``.
  @discardableResult
  public func execute(_ statements: [Statement]) async throws(PostgresError) -> [Rows] {
    try await pool.execute(statements, until: deadline)
  }

  /// Executes several statements as one, see ``Pool/transaction(until:isIdempotent:_:)``.
  @discardableResult
  public func transaction<Value>(
    isIdempotent: Bool = false, _ body: (inout Transaction) async throws -> Value
  ) async throws -> Value {
    try await pool.transaction(until: deadline, isIdempotent: isIdempotent, body)
  }

  /// Hands over the rows of a statement as they come, see ``Pool/stream(_:until:_:)``.
  public func stream(_ statement: Statement, _ body: (Row) async throws -> Void) async throws {
    try await pool.stream(statement, until: deadline, body)
  }

  /// Executes `COPY … FROM STDIN`, see ``Pool/copyIn(_:until:_:)``.
  @discardableResult
  public func copyIn(
    _ statement: Statement, _ body: (inout CopyWriter) async throws -> Void
  ) async throws -> Int {
    try await pool.copyIn(statement, until: deadline, body)
  }

  /// Executes `COPY … TO STDOUT`, see ``Pool/copyOut(_:until:_:)``.
  @discardableResult
  public func copyOut(_ statement: Statement, _ body: ([UInt8]) async throws -> Void) async throws -> Int {
    try await pool.copyOut(statement, until: deadline, body)
  }
}
