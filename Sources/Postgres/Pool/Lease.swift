/// A connection, or the right to open one, borrowed from a pool until the lease ends.
struct Lease: ~Copyable {
  private let pool: Pool
  private var connection: Connection?
  /// Since when the connection has been idle; nil once it has proved to be alive.
  private var idleSince: Timestamp?

  init(of pool: Pool, _ grant: Grant) {
    self.pool = pool
    if case .kept(let kept) = grant {
      connection = kept.connection
      idleSince = kept.since
    }
  }

  deinit {
    if let connection, connection.isReusable {
      pool.takeBack(IdleConnection(connection: connection, since: pool.idleness.now()))
    } else {
      // Before another may be opened, so that there are never more than the limit.
      connection?.close()
      pool.takeBack(nil)
    }
  }

  /// Executes a statement; on a new connection if the kept one is dead.
  mutating func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    guard statement.isIdempotent, let connection, let idleSince, !pool.idleness.isSuspect(since: idleSince) else {
      return try await liveConnection(until: deadline).execute(statement, until: deadline)
    }
    do throws(PostgresError) {
      return try await connection.execute(statement, until: deadline)
    } catch {
      guard error.meansEndOfSession else { throw error }
      return try await replaceConnection(until: deadline).execute(statement, until: deadline)
    }
  }

  /// The connection, replaced if it died while it was idle.
  mutating func liveConnection(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> Connection {
    guard let connection else { return try await replaceConnection(until: deadline) }
    guard let idleSince else { return connection }
    guard connection.isOpen() else { return try await replaceConnection(until: deadline) }
    if pool.idleness.isSuspect(since: idleSince) {
      do throws(PostgresError) {
        try await connection.ping(until: min(deadline, .now + pool.idleness.patience))
      } catch {
        guard error.reason != .cancelled, .now < deadline else { throw error }
        return try await replaceConnection(until: deadline)
      }
    }
    self.idleSince = nil
    return connection
  }

  private mutating func replaceConnection(
    until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Connection {
    connection?.close()
    connection = nil
    idleSince = nil
    let new = try await Connection.connect(pool.configuration, until: deadline)
    connection = new
    return new
  }
}

extension PostgresError {
  /// The session is over or of no more use, and the statement has failed for no other reason: after a failover a kept
  /// connection may lead to a server that only reads now.
  fileprivate var meansEndOfSession: Bool {
    reason == .connectionLost || reason == .serverShutdown || sqlState == .readOnlySQLTransaction
  }
}
