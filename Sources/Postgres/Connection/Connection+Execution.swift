extension Connection {
  /// Executes a statement; blocks.
  func run(_ statement: Statement, until deadline: ContinuousClock.Instant) throws(PostgresError) -> Rows {
    guard statement.isPrepared, let name = try preparedName(of: statement, until: deadline) else {
      return try exchange(until: deadline) { $0.send(statement) }
    }
    do throws(PostgresError) {
      return try exchange(until: deadline) { $0.sendPrepared(named: name, statement.parameters) }
    } catch {
      guard error.meansPreparedStatementIsUnusable else { throw error }
      // In a transaction it is too late for this statement, but not for those after it.
      preparedStatements.forget(statement, because: error)
      guard isReusable else { throw error }
      return try run(statement, until: deadline)
    }
  }

  /// The name that a statement is prepared under, now or before; nil if it is not to have one.
  private func preparedName(
    of statement: Statement, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> String? {
    if let name = preparedStatements.name(of: statement) { return name }
    guard let name = preparedStatements.freeName() else { return nil }
    do throws(PostgresError) {
      _ = try exchange(until: deadline) { $0.sendPrepare(statement, named: name) }
    } catch {
      // Whatever else is wrong with the statement, the server says of the unnamed one as well.
      guard error.isNamedStatementLost else { throw error.having(.notSent) }
      preparedStatements.forget(statement, because: error)
      guard isReusable else { throw error }
      return nil
    }
    preparedStatements.remember(statement, name: name)
    return name
  }

  /// Sends one request and waits for all of the answer to it.
  func exchange(
    until deadline: ContinuousClock.Instant, _ send: (ConnectionHandle) -> Bool
  ) throws(PostgresError) -> Rows {
    guard let handle else { throw PostgresError(.connectionLost).having(.notSent) }
    guard ContinuousClock.now < deadline else { throw PostgresError(.statementTimeout).having(.notSent) }
    guard send(handle) else { throw lost(handle) }
    try flush(handle, until: deadline)
    return try receive(from: handle, until: deadline)
  }

  private func flush(_ handle: ConnectionHandle, until deadline: ContinuousClock.Instant) throws(PostgresError) {
    while true {
      switch handle.flush() {
      case .done: return
      case .failed: throw lost(handle)
      case .pending:
        // A server may stop reading until what it has to say is read.
        try waitForSocket(of: handle, [.read, .write], until: deadline)
        guard handle.consumeInput() else { throw lost(handle) }
      }
    }
  }

  private func receive(
    from handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Rows {
    var success: ResultHandle?
    var failure: PostgresError?
    var statements = 0
    while true {
      while handle.isBusy {
        try waitForSocket(of: handle, .read, until: deadline)
        if !handle.consumeInput() {
          // A server that ends the session says why before it closes the connection.
          let loss = lost(handle)
          throw failure ?? loss
        }
      }
      guard let result = handle.nextResult() else { break }
      switch result.status {
      case .success:
        success = result
        statements += 1
      case .failure: failure = failure ?? PostgresError(result, of: handle, after: statements)
      case .copy: throw abandon(.unsupported)
      }
    }
    if !handle.isGood { close() }
    if let failure { throw failure }
    guard let success else { throw lost(handle) }
    return Rows(result: success)
  }

  /// Closes the connection, and says that it broke.
  private func lost(_ handle: ConnectionHandle) -> PostgresError {
    var error = PostgresError(.connectionLost)
    error.debugMessage = handle.errorMessage
    close()
    return error
  }
}

extension PostgresError {
  /// Says what the server refused, or that the connection broke while libpq read the answer.
  fileprivate init(_ result: ResultHandle, of handle: ConnectionHandle, after statements: Int) {
    let state = result[field: .sqlState].map(SQLState.init)
    var reason = state.map(Reason.init) ?? .connectionLost
    // A pooler that has no server any more says so of a statement, too.
    if state?.isOfConnection == true { reason = .connectionLost }
    // Whatever a server calls fatal ends the session. A proxy has codes of its own for that.
    let severity = result[field: .severity]
    let isFatal = severity == "FATAL" || severity == "PANIC"
    if reason == .server, isFatal { reason = .serverShutdown }
    self.init(reason)
    effect = state.map { !isFatal && $0.meansNothingWasDone } == true ? .refused : .unknown
    isStalePlan = state == .featureNotSupported && result[field: .routine] == "RevalidateCachedQuery"
    sqlState = state
    constraint = result[field: .constraint]
    schema = result[field: .schema]
    table = result[field: .table]
    column = result[field: .column]
    debugMessage = result[field: .message] ?? handle.errorMessage
    debugDetail = result[field: .detail]
    position = result[field: .position].flatMap { Int($0) }
    precedingStatements = statements
    // With a context it comes from a function, which may have made its text, or that of a statement, of data. A wrong syntax
    // without a position is that of a value: of a tsquery, for example.
    let isAboutData =
      result[field: .context] != nil || result[field: .internalQuery] != nil
      || state == .syntaxError && position == nil
    if state?.isAboutSchema == true, !isAboutData { schemaMessage = result[field: .message] }
  }
}

extension SQLState {
  /// Whether the server's message names nothing but what is in the schema and in the statement's text: what is not supported, or not in a
  /// transaction; what is forbidden, missing, there already, wrong, or in use. A violated constraint's data is in the DETAIL alone.
  ///
  /// Source: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
  fileprivate var isAboutSchema: Bool { ["0A", "23", "25", "3F", "42", "55"].contains { rawValue.hasPrefix($0) } }

  /// Whether a server that has this code for an error has undone the transaction. A proxy may say that it lost the server
  /// (08), a session may end when its transaction is committed already (57P), and one code says just that (40003).
  fileprivate var meansNothingWasDone: Bool {
    self != .statementCompletionUnknown && !["08", "57P"].contains { rawValue.hasPrefix($0) }
  }
}
