extension Pool {
  /// Executes a statement and hands over its rows as they come, see ``Connection/stream(_:until:_:)``. The connection is the
  /// body's until it has seen the last.
  ///
  /// A pool with a `retryTime` retries to connect, but nothing of which rows may have been handed over.
  public func stream(
    _ statement: Statement, until deadline: ContinuousClock.Instant, _ body: (Row) async throws -> Void
  ) async throws {
    try await onLiveConnection(until: deadline) { try await $0.stream(statement, until: deadline, body) }
  }

  /// Executes `COPY … FROM STDIN`, and sends what the body writes, see ``Connection/copyIn(_:until:_:)``.
  @discardableResult
  public func copyIn(
    _ statement: Statement, until deadline: ContinuousClock.Instant, _ body: (inout CopyWriter) async throws -> Void
  ) async throws -> Int {
    try await onLiveConnection(until: deadline) { try await $0.copyIn(statement, until: deadline, body) }
  }

  /// Executes `COPY … TO STDOUT`, and hands over its data as they come, see ``Connection/copyOut(_:until:_:)``.
  @discardableResult
  public func copyOut(
    _ statement: Statement, until deadline: ContinuousClock.Instant, _ body: ([UInt8]) async throws -> Void
  ) async throws -> Int {
    try await onLiveConnection(until: deadline) { try await $0.copyOut(statement, until: deadline, body) }
  }

  /// Runs a body once, on a connection that is alive.
  private func onLiveConnection<Value>(
    until deadline: ContinuousClock.Instant, _ body: (Connection) async throws -> Value
  ) async throws -> Value {
    try await blocking {
      var retries = Retries(for: retryTime, until: deadline)
      var lease = try await liveLease(until: deadline, &retries)
      let connection = try await lease.liveConnection(until: deadline)
      do {
        return try await body(connection)
      } catch {
        if (error as? PostgresError)?.meansEndOfSession == true { connection.close() }
        throw error
      }
    }
  }

  /// A lease whose connection is alive.
  private func liveLease(
    until deadline: ContinuousClock.Instant, _ retries: inout Retries
  ) async throws(PostgresError) -> Lease {
    while true {
      do throws(PostgresError) {
        var lease = try await lease(until: deadline, attempt: retries.attempt)
        _ = try await lease.liveConnection(until: deadline)
        return lease
      } catch {
        try await retries.wait(after: error, of: .ifNotSent, observers)
      }
    }
  }
}
