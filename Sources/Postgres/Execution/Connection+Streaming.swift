/// Rows as they come, the data of a COPY, and notifications: what is received while the caller's body runs.
extension Connection {
  /// How many rows are handed over at a time where libpq can.
  private static let chunkSize = 256

  /// Executes a statement and hands over its rows as they come, so that there are never more than some hundreds of them in
  /// memory.
  ///
  /// The connection can do nothing else until the body has seen the last row. The statement is not prepared.
  ///
  /// Throws ``PostgresError`` as ``execute(_:until:)`` does, perhaps after some of the rows; what the body throws closes the
  /// connection, and the server is asked to cancel the statement.
  public func stream(
    _ statement: Statement, until deadline: ContinuousClock.Instant, _ body: (Row) async throws -> Void
  ) async throws {
    _ = try await receiving(statement) {
      let handle = try start(until: deadline) { handle in
        handle.send(statement, preparedAs: nil) && handle.receiveRows(inChunksOf: Self.chunkSize)
      }
      isReceiving = true
      var exchange = Exchange(ExecutionState())
      var count = 0
      loop: while true {
        switch try nextEvent(&exchange, from: handle, until: deadline) {
        case .rows(let result), .result(let result, _):
          for row in Rows(result: result) { try await body(row) }
          count += result.rowCount
        case .copy: throw abandon(.unsupported)
        case .end:
          isReceiving = false
          break loop
        }
      }
      if let failure = exchange.failure { throw failure }
      return count
    }
  }

  /// Executes `COPY … FROM STDIN`, and sends what the body writes.
  ///
  /// Returns how many rows were copied. Throws ``PostgresError`` as ``execute(_:until:)`` does; where the body throws, the
  /// server copies nothing, and what the body threw is thrown.
  @discardableResult
  public func copyIn(
    _ statement: Statement, until deadline: ContinuousClock.Instant, _ body: (inout CopyWriter) async throws -> Void
  ) async throws -> Int {
    try await receiving(statement) {
      let handle = try start(until: deadline) { $0.send(statement, preparedAs: nil) }
      isReceiving = true
      var exchange = Exchange(ExecutionState(copying: .toServer))
      var count = 0
      var failure: (any Error)?
      loop: while true {
        switch try nextEvent(&exchange, from: handle, until: deadline) {
        case .copy(let result):
          var writer = CopyWriter(on: self, handle, isBinary: result.isBinaryCopy, until: deadline)
          do {
            try await body(&writer)
            try writer.finish()
          } catch {
            guard self.handle != nil else { throw error }
            failure = error
            guard handle.putCopyEnd(failing: "The client has given it up.") != .failed else { throw lost(handle) }
          }
          try flush(handle, until: deadline)
        case .result(let result, _): count = result.affectedRowCount ?? 0
        case .rows: throw abandon(.protocolViolation)
        case .end:
          isReceiving = false
          break loop
        }
      }
      if let failure = failure ?? exchange.failure { throw failure }
      return count
    }
  }

  /// Executes `COPY … TO STDOUT`, and hands over its data as they come, a row at a time, in the format of the statement.
  ///
  /// Returns how many rows were copied. Throws as ``stream(_:until:_:)`` does.
  @discardableResult
  public func copyOut(
    _ statement: Statement, until deadline: ContinuousClock.Instant, _ body: ([UInt8]) async throws -> Void
  ) async throws -> Int {
    try await receiving(statement) {
      let handle = try start(until: deadline) { $0.send(statement, preparedAs: nil) }
      isReceiving = true
      var exchange = Exchange(ExecutionState(copying: .fromServer))
      var count = 0
      loop: while true {
        switch try nextEvent(&exchange, from: handle, until: deadline) {
        case .copy:
          while let row = try nextCopyRow(from: handle, until: deadline) { try await body(row) }
        case .result(let result, _): count = result.affectedRowCount ?? 0
        case .rows: throw abandon(.protocolViolation)
        case .end:
          isReceiving = false
          break loop
        }
      }
      if let failure = exchange.failure { throw failure }
      return count
    }
  }

  private func nextCopyRow(
    from handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> [UInt8]? {
    while true {
      switch handle.nextCopyData() {
      case .bytes(let row): return row
      case .end: return nil
      case .pending:
        try waitForSocket(of: handle, .read, until: deadline)
        guard handle.consumeInput() else { throw lost(handle) }
      }
    }
  }

  /// Runs a body that receives as it goes, and returns how many rows; reports it as one statement. Where it ends half-way
  /// the connection is closed: what is left of the answer would be taken for the next one's.
  private func receiving(_ statement: Statement, _ body: () async throws -> Int) async throws -> Int {
    if let error = statement.parameters.error { throw error }
    // Somebody else's answer, of which this call keeps its hands off. The body may throw the same error.
    guard !isReceiving else { throw PostgresError(.connectionBusy).having(.notSent) }
    var watch = StatementWatch(observers)
    defer { watch?.report() }
    do {
      let count = try await Self.withInterruption(interruption, body)
      watch?.noteEnd(of: statement.text, affectedRowCount: count)
      return count
    } catch {
      if isReceiving {
        isReceiving = false
        if handle != nil { _ = abandon(.cancelled) }
      }
      watch?.noteFailure(of: statement.text, error as? PostgresError ?? PostgresError(.cancelled))
      throw error
    }
  }
}

// MARK: - Notifications

/// What another session has said by [NOTIFY](https://www.postgresql.org/docs/current/sql-notify.html).
public struct PostgresNotification: Hashable, Sendable {
  /// The channel that somebody here listens on.
  public let channel: String
  /// What was said, perhaps nothing.
  public let payload: String
  /// The server's process of the session that said it.
  public let processID: Int32
}

extension Connection {
  /// Waits for the next notification on a channel that the session listens on (`LISTEN channel`); nil if there is none by
  /// the deadline.
  ///
  /// Throws ``PostgresError`` if the connection breaks or the task is cancelled; a session that was lost listens no more,
  /// and what was said meanwhile is lost.
  public func nextNotification(until deadline: ContinuousClock.Instant) async throws(PostgresError)
    -> PostgresNotification?
  {
    try await interruptibly { () throws(PostgresError) in
      guard let handle else { throw PostgresError(.connectionLost) }
      while true {
        if let notification = handle.nextNotification() { return notification }
        switch try wait(for: .read, on: handle.socket, unless: interruption, until: deadline) {
        case .timedOut:
          // What has come by then counts, even if nobody has waited for it.
          if isReadable(handle.socket), !handle.consumeInput() { throw lost(handle) }
          return handle.nextNotification()
        case .interrupted: throw PostgresError(.cancelled)
        case .ready: guard handle.consumeInput(), handle.isGood else { throw lost(handle) }
        }
      }
    }
  }
}
