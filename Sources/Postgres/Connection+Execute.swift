import CLibPQ

extension Connection {
  /// Executes a statement, prepared if it is to be. One that the server has forgotten, or whose columns have changed, is prepared again once.
  func executeBlocking(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Rows {
    guard let handle else { throw PostgresError(.connectionLost) }
    try buffer.fill(statement.parameters)
    do throws(PostgresError) {
      return try executeOnce(statement, over: handle, until: deadline)
    } catch {
      let isStale = error.sqlState == .invalidStatementName || error.sqlState == .featureNotSupported
      // In a transaction the error has ended it: a second try could only say so.
      guard isStale, statements.entry(statement.text, types: buffer.types) != nil, !handle.isInTransaction else { throw error }
      statements.remove(statement.text)
      return try executeOnce(statement, over: handle, until: deadline)
    }
  }

  private func executeOnce(
    _ statement: Statement, over handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Rows {
    let count = Int32(buffer.types.count)
    guard statement.isPrepared, let name = try prepare(statement.text, over: handle, until: deadline) else {
      return try perform(over: handle, until: deadline) {
        buffer.withValues { values in
          PQsendQueryParams(
            handle.pointer, statement.text, count, buffer.types, values, buffer.lengths, buffer.formats, 1)
        }
      }
    }
    return try perform(over: handle, until: deadline) {
      buffer.withValues { values in
        PQsendQueryPrepared(handle.pointer, name, count, values, buffer.lengths, buffer.formats, 1)
      }
    }
  }

  /// - Returns: The name under which the server knows the statement; nil where there is no room for another one.
  private func prepare(
    _ text: String, over handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> String? {
    if let entry = statements.entry(text, types: buffer.types) { return entry.name }
    guard statements.hasRoom(for: text) else { return nil }
    let name = statements.makeName()
    _ = try perform(over: handle, until: deadline) {
      PQsendPrepare(handle.pointer, name, text, Int32(buffer.types.count), buffer.types)
    }
    statements.add(text, PreparedStatements.Entry(name: name, types: buffer.types))
    return name
  }

  /// Sends one request and waits for its result.
  private func perform(
    over handle: ConnectionHandle, until deadline: ContinuousClock.Instant, _ send: () -> Int32
  ) throws(PostgresError) -> Rows {
    guard send() == 1 else { throw lost(handle) }
    try flush(handle, until: deadline)
    var last: ResultHandle?
    while let result = try nextResult(handle, until: deadline) {
      if result.isCopy {
        abandon()
        throw PostgresError(.server, explanation: "COPY is not supported")
      }
      last = result
    }
    guard let last else { throw lost(handle) }
    if let error = last.error { throw handle.isBroken ? lost(handle, error) : error }
    return Rows(last)
  }

  /// Sends what libpq still has to send, and reads meanwhile: a server that cannot get rid of its answer reads no further.
  private func flush(_ handle: ConnectionHandle, until deadline: ContinuousClock.Instant) throws(PostgresError) {
    while true {
      switch PQflush(handle.pointer) {
      case 0: return
      case 1:
        try pause(.any, over: handle, until: deadline)
        guard PQconsumeInput(handle.pointer) == 1 else { throw lost(handle) }
      default: throw lost(handle)
      }
    }
  }

  /// - Returns: nil behind the last result.
  private func nextResult(
    _ handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> ResultHandle? {
    while PQisBusy(handle.pointer) == 1 {
      try pause(.readable, over: handle, until: deadline)
      guard PQconsumeInput(handle.pointer) == 1 else { throw lost(handle) }
    }
    return PQgetResult(handle.pointer).map(ResultHandle.init)
  }

  private func pause(
    _ readiness: Readiness, over handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) {
    guard let socket = handle.socket else { throw lost(handle) }
    while true {
      switch wait(for: readiness, on: socket, or: interruption, until: deadline) {
      case .ready: return
      case .timedOut:
        abandon()
        throw PostgresError(.statementTimeout)
      case .interrupted:
        interruption.reset()
        // The signal may be for a call that was over when it came.
        guard Task.isCancelled else { continue }
        abandon()
        throw PostgresError(.cancelled)
      }
    }
  }

  /// Asks the server to stop what it executes, and closes the connection, without waiting for either.
  private func abandon() {
    if let handle { CancelHandle(handle)?.send() }
    handle = nil
  }

  /// Closes the connection, which is of no more use.
  private func lost(_ handle: ConnectionHandle, _ cause: PostgresError? = nil) -> PostgresError {
    var error = PostgresError(.connectionLost)
    error.sqlState = cause?.sqlState
    error.serverMessage = cause?.serverMessage ?? handle.errorMessage
    self.handle = nil
    return error
  }
}
