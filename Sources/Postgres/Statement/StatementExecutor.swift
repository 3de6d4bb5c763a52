/// Whatever executes statements: a ``Pool``, a ``TimedPool``, a ``Transaction``, a ``Connection``.
public protocol StatementExecutor: ~Copyable {
  /// Executes a statement and returns its rows. Throws ``PostgresError``.
  @discardableResult
  func execute(_ statement: Statement, until deadline: ContinuousClock.Instant) async throws(PostgresError) -> Rows
}

extension StatementExecutor where Self: ~Copyable {
  /// Executes a statement that returns one value: the first column of its only row. Nil if there is no row, or if the
  /// value is NULL.
  ///
  /// A value of type `json` or `jsonb` can be had as `[UInt8]`, in UTF-8, straight from the server.
  ///
  /// Throws ``PostgresError``, with ``PostgresError/Reason/decoding`` if there are several rows, if the row has no
  /// column, or if the value cannot be read as the type asked for.
  public func value<Value: ColumnDecodable>(
    _ statement: Statement, as type: Value.Type = Value.self, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Value? {
    let rows = try await execute(statement, until: deadline)
    guard rows.count <= 1 else { throw PostgresError(surplusRows: rows.count) }
    return try rows.first?.value(ofColumn: 0)
  }

  /// Executes a statement and returns its first row as a JSON object, in UTF-8, which the server makes with
  /// [`row_to_json`](https://www.postgresql.org/docs/current/functions-json.html): a member for each column. Nil if there
  /// is no row; who wants an empty object then writes `?? Array("{}".utf8)`.
  ///
  /// A `timestamptz` is written in the time zone of the session, with its offset: another text in another zone, but the
  /// same instant.
  ///
  /// Besides `SELECT`, an `INSERT`, `UPDATE` or `DELETE` that returns rows (`RETURNING`) will do. A statement that has
  /// such a one in its own `WITH` will not, for the server takes that at the top level only, and the statement is put
  /// into a `WITH` already. It has to select `row_to_json(…)` itself; ``value(_:as:until:)`` reads that.
  ///
  /// Throws ``PostgresError``, with ``PostgresError/Reason/unsupported`` for a statement that cannot be put into a
  /// `WITH`.
  public func object(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [UInt8]? {
    try await json(statement.answering(in: .jsonObject), until: deadline)
  }

  /// Executes a statement and returns all of its rows, in their order, as a JSON array of objects, in UTF-8, which the
  /// server makes with [`json_agg`](https://www.postgresql.org/docs/current/functions-aggregate.html): `[]` if there are
  /// none.
  ///
  /// What ``object(_:until:)`` says of instants, statements and errors holds here as well; a statement that has to make
  /// its JSON itself selects `coalesce(json_agg(…), '[]')`.
  public func array(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [UInt8] {
    try await json(statement.answering(in: .jsonArray), until: deadline) ?? Array("[]".utf8)
  }

  private func json(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [UInt8]? {
    do throws(PostgresError) {
      return try await value(statement, until: deadline)
    } catch {
      throw error.sqlState == .featureNotSupported && !error.isStalePlan ? PostgresError(notInWith: error) : error
    }
  }
}

/// A ``StatementExecutor`` that has a deadline, which holds for each call that names none: a ``TimedPool``, a
/// ``Transaction``.
public protocol TimedExecutor: StatementExecutor, ~Copyable {
  /// When calls that name no deadline have to be over.
  var deadline: ContinuousClock.Instant { get }
}

extension TimedExecutor where Self: ~Copyable {
  /// Executes a statement and returns its rows. Throws ``PostgresError``.
  @discardableResult
  public func execute(_ statement: Statement) async throws(PostgresError) -> Rows {
    try await execute(statement, until: deadline)
  }

  /// Executes a statement that returns one value, see ``value(_:as:until:)``.
  public func value<Value: ColumnDecodable>(
    _ statement: Statement, as type: Value.Type = Value.self
  ) async throws(PostgresError) -> Value? {
    try await value(statement, as: type, until: deadline)
  }

  /// Executes a statement and returns its first row as a JSON object, see ``object(_:until:)``.
  public func object(_ statement: Statement) async throws(PostgresError) -> [UInt8]? {
    try await object(statement, until: deadline)
  }

  /// Executes a statement and returns its rows as a JSON array, see ``array(_:until:)``.
  public func array(_ statement: Statement) async throws(PostgresError) -> [UInt8] {
    try await array(statement, until: deadline)
  }
}
