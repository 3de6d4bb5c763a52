/// A connection, or the right to open one, borrowed from a pool until the lease ends.
struct Lease: ~Copyable {
  private let pool: Pool
  private var held: PooledConnection?
  /// Since when the connection has been idle; nil once it has proved to be alive.
  private var idleSince: Timestamp?
  /// Which attempt of a call of the pool the lease is for.
  private let attempt: Int

  init(of pool: Pool, _ grant: Grant, attempt: Int) {
    self.pool = pool
    self.attempt = attempt
    guard case .kept(let kept) = grant else { return }
    held = kept
    idleSince = kept.lastUsed
    if pool.aging.isExpired(opened: kept.opened, at: pool.aging.now()) { discardConnection() }
  }

  /// The connection, if there is one by now.
  var connection: Connection? { held?.connection }

  deinit {
    if var held, held.connection.isReusable {
      held.lastUsed = pool.aging.now()
      if !pool.aging.isExpired(opened: held.opened, at: held.lastUsed), pool.keep(held) { return }
    }
    // Before another may be opened, so that there are never more than the limit.
    held?.connection.close()
    pool.takeBack(closed: held != nil)
  }

  /// Does something that blocks on the connection; on a new one if the kept one is dead.
  ///
  /// Whether it lives is asked before only where it may not be found out by the work itself, which then might have been
  /// done.
  mutating func perform<Value>(
    _ repeatability: Repeatability, until deadline: ContinuousClock.Instant,
    _ work: (Connection) throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    let isTrusted = idleSince.map { !pool.aging.isSuspect(since: $0) } ?? false
    if repeatability == .always, isTrusted, let connection = held?.connection {
      do throws(PostgresError) {
        let value = try await connection.interruptibly { () throws(PostgresError) in try work(connection) }
        idleSince = nil
        return value
      } catch {
        guard error.permitsReplacing(repeatability) else { throw error }
        discardConnection()
      }
    }
    let connection = try await liveConnection(until: deadline)
    do throws(PostgresError) {
      return try await connection.interruptibly { () throws(PostgresError) in try work(connection) }
    } catch {
      if error.meansEndOfSession { connection.close() }
      throw error
    }
  }

  /// The connection, replaced if it died while it was idle.
  mutating func liveConnection(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> Connection {
    guard let connection = held?.connection else { return try await openConnection(until: deadline) }
    guard let idleSince else { return connection }
    guard connection.isOpen() else { return try await openConnection(until: deadline) }
    if pool.aging.isSuspect(since: idleSince) {
      do throws(PostgresError) {
        try await connection.ping(until: min(deadline, .now + pool.aging.pingTimeout))
      } catch {
        guard error.reason != .cancelled, .now < deadline else { throw error }
        return try await openConnection(until: deadline)
      }
    }
    self.idleSince = nil
    return connection
  }

  /// Opens a connection, in place of the one there is.
  private mutating func openConnection(
    until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Connection {
    discardConnection()
    let generation = pool.generation
    let start = ContinuousClock.now
    let connection: Connection
    do throws(PostgresError) {
      connection = try await Connection.connect(pool.configuration, observers: pool.observers, until: deadline)
    } catch {
      reportConnect(since: start, error)
      throw error
    }
    reportConnect(since: start)
    let now = pool.aging.now()
    held = PooledConnection(connection: connection, opened: now, generation: generation, lastUsed: now)
    pool.noteOpening()
    return connection
  }

  private func reportConnect(since start: ContinuousClock.Instant, _ error: PostgresError? = nil) {
    let report = ConnectReport(duration: start.duration(to: .now), attempt: attempt, error: error)
    for observer in pool.observers { observer.connectEnded(report) }
  }

  private mutating func discardConnection() {
    idleSince = nil
    guard let connection = held?.connection else { return }
    connection.close()
    held = nil
    pool.noteClosing()
  }
}
