import Synchronization

/// Keeps connections for reuse, and bounds their number.
///
/// A connection is opened when one is needed and none is free, and kept until it breaks or has been open for long enough.
/// The one that was used last is used next, so that with one worker there is one connection. Whoever finds none is put into a
/// queue: first come, first served.
///
/// Calls are `async`, and block the thread that they are on while they wait for the server. That is as it should be where
/// each worker has a thread of its own, as in `LambdaRuntime`, or with a task executor of one's own. A program whose tasks are
/// on Swift's own pool of threads, of which there are as many as processors, makes the pool with
/// ``Threads/own``: then it is the pool's threads that wait, one for each connection, and one for the queue.
public final class Pool: StatementExecutor, Sendable {
  let configuration: ConnectionConfiguration
  let aging: Aging
  let retryTime: Duration
  let observers: [any PostgresObserver]
  /// Nil where callers' threads are blocked.
  private let threads: BlockingThreads?
  private let state: Mutex<PoolState>

  /// Whose threads wait for the server.
  public enum Threads: Sendable {
    /// Those of the callers.
    case callers
    /// The pool's own, on which the bodies of transactions run as well.
    case own
  }

  /// Makes an empty pool; nothing is connected to.
  ///
  /// - Parameters:
  ///   - configuration: How to connect.
  ///   - limit: The most connections there may be at a time, at least 1.
  ///   - lifetime: How long a connection is kept in all, by the realtime clock: then it is replaced when it is not in use,
  ///     so that it takes no more of the server's memory, and finds where the database is by now.
  ///   - retryTime: For how long a call is retried after a failure that may pass (``PostgresError/isTransient``), if that
  ///     can do no harm; its deadline comes first. Zero for not at all.
  ///   - threads: Whose threads wait for the server.
  ///   - observers: Who sees connections, statements, retries and notices.
  public convenience init(
    _ configuration: ConnectionConfiguration, limit: Int, lifetime: Duration = .seconds(30 * 60),
    retryTime: Duration = .zero, threads: Threads = .callers, observers: [any PostgresObserver] = []
  ) {
    let aging = Aging(lifetime: lifetime)
    self.init(
      configuration, limit: limit, aging: aging, retryTime: retryTime, threads: threads, observers: observers)
  }

  init(
    _ configuration: ConnectionConfiguration, limit: Int, aging: Aging, retryTime: Duration = .zero,
    threads: Threads = .callers, observers: [any PostgresObserver] = []
  ) {
    self.configuration = configuration
    self.aging = aging
    self.retryTime = retryTime
    self.observers = observers
    // One for each connection, and one more for those who wait in the queue: they hear of their deadline there.
    self.threads = threads == .own ? BlockingThreads(limit: max(1, limit) + 1) : nil
    state = Mutex(PoolState(limit: max(1, limit)))
  }

  /// Executes a statement on a connection of the pool and returns its rows.
  ///
  /// A kept connection that has died while it was idle is replaced, once, and nobody hears of it. If only the statement
  /// itself brings that to light, it is sent again if it is ``Statement/idempotent()``, otherwise the error is thrown.
  ///
  /// A pool with a `retryTime` retries what failed for a reason that may pass: any statement if it was not sent, or if
  /// the server refused it and has undone all of it; one that is ``Statement/idempotent()`` in any case.
  ///
  /// Throws ``PostgresError``: of ``Connection/connect(_:until:)``, of ``Connection/execute(_:until:)``, or
  /// ``PostgresError/Reason/poolTimeout`` if no connection became free by the deadline.
  @discardableResult
  public func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    if let error = statement.parameters.error { throw error }
    return try await perform(statement.repeatability, until: deadline) { connection throws(PostgresError) in
      try connection.run(statement, until: deadline)
    }
  }

  /// Executes statements in one round trip, as one transaction, and returns the rows of each: all of them are executed, or
  /// none.
  ///
  /// They are retried as ``execute(_:until:)`` says, as often as the least of them may be. Throws ``PostgresError``.
  @discardableResult
  public func execute(
    _ statements: [Statement], until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [Rows] {
    try await perform(statements.repeatability, until: deadline) { connection throws(PostgresError) in
      try connection.run(statements, until: deadline)
    }
  }

  /// Runs a body that blocks, on a thread where it may.
  func blocking<Value, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    guard let threads else { return try await body() }
    return try await withTaskExecutorPreference(threads, isolation: nil, operation: body)
  }

  /// Does something that blocks on a connection, and again as far as that does no harm.
  private func perform<Value>(
    _ repeatability: Repeatability, until deadline: ContinuousClock.Instant,
    _ work: (Connection) throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    // Each sign-up comes this way, so it has no closure more than it needs.
    guard threads == nil else {
      return try await blocking { () throws(PostgresError) in
        try await tryToPerform(repeatability, until: deadline, work)
      }
    }
    return try await tryToPerform(repeatability, until: deadline, work)
  }

  private func tryToPerform<Value>(
    _ repeatability: Repeatability, until deadline: ContinuousClock.Instant,
    _ work: (Connection) throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    var retries = Retries(for: retryTime, until: deadline)
    while true {
      do throws(PostgresError) {
        var lease = try await lease(until: deadline, attempt: retries.attempt)
        return try await lease.perform(repeatability, until: deadline, work)
      } catch {
        try await retries.wait(after: error, of: repeatability, observers)
      }
    }
  }

  /// Warms the pool up: opens a connection unless one is free already, so that the first statement need not wait for that.
  ///
  /// Throws ``PostgresError`` if it cannot be opened. The pool is none the worse for it: the next use retries.
  public func connect(until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    try await blocking { () throws(PostgresError) in
      var lease = try await lease(until: deadline)
      _ = try await lease.liveConnection(until: deadline)
    }
  }

  /// Gives up all connections: those that nobody uses are closed before this returns, the others when they come back. The
  /// server is told (Terminate), so that it logs no connection that was lost. What the configuration's ``CredentialSource``
  /// keeps is forgotten.
  ///
  /// The pool remains usable, and opens new ones when they are needed: before a process is frozen for a snapshot it gives
  /// up its connections, and after each restoration it makes its own, with ``connect(until:)`` or the next statement.
  public func disconnect() {
    configuration.forgetCredentials()
    for pooled in state.withLock({ $0.giveUp() }) {
      pooled.connection.close()
      takeBack(closed: true)
    }
  }

  /// The pool's numbers, all of the same moment.
  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// Takes a free connection, or the right to open one; waits in the queue if there is neither.
  func lease(
    until deadline: ContinuousClock.Instant, attempt: Int = 1
  ) async throws(PostgresError) -> Lease {
    let grant =
      if let free = state.withLock({ $0.take() }) { free } else { try await waitInQueue(until: deadline) }
    return Lease(of: self, grant, attempt: attempt)
  }

  /// Takes a lease back and keeps its connection; false, and nothing else, if the connection is to be closed because it
  /// was given up.
  func keep(_ connection: PooledConnection) -> Bool {
    let (isKept, resumption) = state.withLock { $0.keep(connection) }
    resumption?.resume()
    return isKept
  }

  /// Takes a lease back that has no connection, or has closed it.
  func takeBack(closed: Bool) {
    let resumption = state.withLock {
      if closed { $0.noteClosing() }
      return $0.giveBack(nil)
    }
    resumption?.resume()
  }

  /// What ``disconnect()`` began last.
  var generation: Int { state.withLock { $0.generation } }

  func noteOpening() {
    state.withLock { $0.noteOpening() }
  }

  func noteClosing() {
    state.withLock { $0.noteClosing() }
  }
}

extension Pool {
  /// Suspends until a lease comes back, the deadline passes or the task is cancelled.
  private func waitInQueue(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> Grant {
    let ticket = state.withLock { $0.makeTicket() }
    var timer: Task<Void, any Error>?
    defer { timer?.cancel() }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { $0.enqueue(ticket, continuation) }?.resume()
        timer = Task {
          try await Task.sleep(until: deadline)
          leaveQueue(ticket, PostgresError(.poolTimeout))
        }
        // A task that was cancelled before it was in the queue has been told so in vain.
        if Task.isCancelled { leaveQueue(ticket, PostgresError(.cancelled)) }
      }
    } onCancel: {
      leaveQueue(ticket, PostgresError(.cancelled))
    }
    return try result.get()
  }

  private func leaveQueue(_ ticket: PoolState.Ticket, _ error: PostgresError) {
    state.withLock { $0.leave(ticket, error) }?.resume()
  }
}
