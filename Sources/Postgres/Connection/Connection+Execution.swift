extension Connection {
  /// Executes a statement; blocks.
  func run(_ statement: Statement, until deadline: ContinuousClock.Instant) throws(PostgresError) -> Rows {
    guard statement.isPrepared else { return try exchange(until: deadline) { $0.send(statement) } }
    if let name = preparedStatements.name(of: statement) {
      do throws(PostgresError) {
        return try exchange(until: deadline) { $0.sendPrepared(named: name, statement.parameters) }
      } catch {
        guard error.meansPreparedStatementIsStale, isReusable else { throw error }
        preparedStatements.forget(statement)
      }
    }
    guard let name = preparedStatements.freeName() else { return try exchange(until: deadline) { $0.send(statement) } }
    _ = try exchange(until: deadline) { $0.sendPrepare(statement, named: name) }
    preparedStatements.remember(statement, name: name)
    return try exchange(until: deadline) { $0.sendPrepared(named: name, statement.parameters) }
  }

  /// Sends one request and waits for all of the answer to it.
  func exchange(
    until deadline: ContinuousClock.Instant, _ send: (ConnectionHandle) -> Bool
  ) throws(PostgresError) -> Rows {
    guard let handle else { throw PostgresError(.connectionLost) }
    guard ContinuousClock.now < deadline else { throw PostgresError(.statementTimeout) }
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
      case .success: success = result
      case .failure: failure = failure ?? PostgresError(result, of: handle)
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
  fileprivate init(_ result: ResultHandle, of handle: ConnectionHandle) {
    let state = result[field: .sqlState].map(SQLState.init)
    var reason = state.map(Reason.init) ?? .connectionLost
    // Whatever a server calls fatal ends the session. A proxy has codes of its own for that.
    let severity = result[field: .severity]
    if reason == .server, severity == "FATAL" || severity == "PANIC" { reason = .serverShutdown }
    self.init(reason)
    isStalePlan = state == .featureNotSupported && result[field: .routine] == "RevalidateCachedQuery"
    sqlState = state
    constraint = result[field: .constraint]
    schema = result[field: .schema]
    table = result[field: .table]
    column = result[field: .column]
    debugMessage = result[field: .message] ?? handle.errorMessage
    debugDetail = result[field: .detail]
  }

  /// The server has forgotten the prepared statement (after DEALLOCATE ALL, or behind a proxy that changes servers), or
  /// its result would have other columns than when it was prepared.
  fileprivate var meansPreparedStatementIsStale: Bool {
    sqlState == .invalidSQLStatementName || isStalePlan
  }
}
