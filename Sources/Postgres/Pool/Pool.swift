import Synchronization

/// Connections that are kept from one event to the next.
///
/// A connection that died while it was idle is replaced once, without a word, and an idempotent statement sent again.
/// Who finds all connections in use waits, first come, first served, up to their deadline; like the connections' own calls, this blocks the thread.
public final class Pool: Sendable {
  private let configuration: ConnectionConfiguration
  private let idleness: IdlenessPolicy
  private let state: Mutex<PoolState>

  /// Makes a pool without any connection in it.
  ///
  /// - Parameters:
  ///   - configuration: Where the database is.
  ///   - limit: The most connections that are open at a time, at least 1: as many as there are workers.
  public convenience init(_ configuration: ConnectionConfiguration, limit: Int) {
    self.init(configuration, limit: limit, idleness: IdlenessPolicy())
  }

  init(_ configuration: ConnectionConfiguration, limit: Int, idleness: IdlenessPolicy) {
    self.configuration = configuration
    self.idleness = idleness
    state = Mutex(PoolState(limit: max(1, limit)))
  }

  /// Opens a connection ahead of the first statement.
  ///
  /// - Throws: What kept it from coming about. The pool is none the worse for it, and tries again with the next statement.
  public func warmUp(until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    try await withLease(until: deadline) { (_: inout Lease) throws(PostgresError) in }
  }

  /// Executes a statement over any connection.
  ///
  /// - Parameter deadline: When to give up: waiting, connecting and executing together.
  /// - Throws: `.poolTimeout`, and what connecting and executing throw.
  @discardableResult
  public func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    try await withLease(until: deadline) { (lease: inout Lease) throws(PostgresError) in
      if !statement.isIdempotent {
        try await self.ensureLiving(&lease, until: deadline)
      } else if let rows = try await self.executeIfLiving(statement, over: lease, until: deadline) {
        return rows
      } else {
        lease.connection = try await Connection.connect(self.configuration, until: deadline)
      }
      return try await lease.connection.execute(statement, until: deadline)
    }
  }

  /// Lends a connection to `body`, for statements that belong together.
  ///
  /// A connection on which `body` leaves a transaction open is closed, which rolls it back.
  ///
  /// - Parameter deadline: When to give up waiting and connecting; the statements have their own.
  /// - Throws: `.poolTimeout`, what connecting throws, and what `body` throws.
  public func withConnection<Value>(
    until deadline: ContinuousClock.Instant, _ body: (Connection) async throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    try await withLease(until: deadline) { (lease: inout Lease) throws(PostgresError) in
      try await self.ensureLiving(&lease, until: deadline)
      return try await body(lease.connection)
    }
  }

  /// Executes a statement that may be sent twice.
  ///
  /// - Returns: nil where the connection turned out to have died while it was idle.
  private func executeIfLiving(
    _ statement: Statement, over lease: Lease, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows? {
    let limit = min(deadline, lease.idleSince.flatMap(idleness.answerLimit) ?? deadline)
    do throws(PostgresError) {
      return try await lease.connection.execute(statement, until: limit)
    } catch {
      let isDead = error.reason == .connectionLost || (error.reason == .statementTimeout && limit < deadline)
      guard isDead, lease.isKept, lease.connection.isClosed else { throw error }
      return nil
    }
  }

  /// Replaces a connection that has died while it was idle; one that was idle for long is asked.
  private func ensureLiving(_ lease: inout Lease, until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    guard let since = lease.idleSince else { return }
    var isLiving = lease.connection.looksAlive
    if isLiving, idleness.answerLimit(since) != nil {
      let question: Statement = ""
      _ = try await executeIfLiving(question.unprepared(), over: lease, until: deadline)
      isLiving = !lease.connection.isClosed
    }
    if !isLiving { lease.connection = try await Connection.connect(configuration, until: deadline) }
  }

  /// Takes a connection, and gives it back whatever happens.
  private func withLease<Value>(
    until deadline: ContinuousClock.Instant, _ body: (inout Lease) async throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    var lease: Lease
    switch try await acquire(until: deadline) {
    case .kept(let kept):
      lease = Lease(connection: kept.connection, idleSince: kept.since)
    case .new:
      do throws(PostgresError) {
        lease = Lease(connection: try await Connection.connect(configuration, until: deadline), idleSince: nil)
      } catch {
        giveBack(nil)
        throw error
      }
    }
    do throws(PostgresError) {
      let value = try await body(&lease)
      giveBack(lease.connection)
      return value
    } catch {
      giveBack(lease.connection)
      throw error
    }
  }

  /// Waits for a connection, or for leave to open one.
  private func acquire(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> PoolState.Grant {
    if let grant = state.withLock({ $0.take() }) { return grant }
    let waiter = try PoolState.Waiter()
    if let grant = state.withLock({ $0.take(or: waiter) }) { return grant }
    let interruption = try EventDescriptor()
    let result = try await interruptible(interruption) { () throws(PostgresError) in
      wait(for: .readable, on: waiter.isServed.descriptor, or: interruption, until: deadline)
    }
    if result == .ready, let grant = waiter.grant.withLock({ $0 }) { return grant }
    // Served all the same, between the wait's end and this line: what came too late goes to the next.
    if !state.withLock({ $0.remove(waiter) }), let grant = waiter.grant.withLock({ $0 }) {
      giveBack(grant.connection)
    }
    throw PostgresError(result == .interrupted ? .cancelled : .poolTimeout)
  }

  /// Gives a connection back; nil where there is none after all. One that cannot be used again is closed.
  private func giveBack(_ connection: Connection?) {
    let usable = connection.flatMap { $0.isClosed || $0.isInTransaction ? nil : $0 }
    let kept = usable.map { PoolState.Kept(connection: $0, since: idleness.now()) }
    state.withLock { $0.giveBack(kept) }?.isServed.signal()
  }
}
