/// A connection to a PostgreSQL server: a session, which one statement at a time is sent on.
///
/// Calls are `async` but block the thread they are on: they wait for the server in poll(2), until it answers, the
/// deadline passes or the task is cancelled. In the last two cases, and when the connection breaks, the connection is
/// closed, and every later call throws ``PostgresError/Reason/connectionLost``. It is also closed when it is released.
public final class Connection: StatementExecutor {
  /// Nil when the connection is closed.
  private(set) var handle: ConnectionHandle?
  /// Raised when the task is cancelled that waits.
  let interruption: EventFD
  var preparedStatements = PreparedStatements()
  /// Whoever sees the statements.
  let observers: [any PostgresObserver]
  /// Whether the answer to a statement is still received, while its caller's body runs.
  var isReceiving = false

  /// Takes over a connection that is made.
  private init(
    _ handle: ConnectionHandle, interruption: EventFD, observers: [any PostgresObserver]
  ) throws(PostgresError) {
    guard handle.setNonblocking() else { throw PostgresError(.outOfResources) }
    self.handle = handle
    self.interruption = interruption
    self.observers = observers
    if !observers.isEmpty {
      handle.onNotice { notice in
        for observer in observers { observer.noticeReceived(notice) }
      }
    }
  }

  /// Connects. Observers are told of the statements and notices of the connection, and not of connecting, of which the
  /// caller hears.
  ///
  /// Throws ``PostgresError`` when that fails; ``PostgresError/Reason/credentials`` if it is the configuration's
  /// ``CredentialSource`` that does; ``PostgresError/Reason/nameResolutionTimeout`` or
  /// ``PostgresError/Reason/connectTimeout`` if it is not done by the deadline or within the configuration's
  /// `connect_timeout`; ``PostgresError/Reason/cancelled`` if the task is cancelled.
  public static func connect(
    _ configuration: ConnectionConfiguration, observers: [any PostgresObserver] = [],
    until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Connection {
    let interruption = try EventFD()
    do throws(PostgresError) {
      let credentials = try await configuration.credentials(until: deadline)
      return try await withInterruption(interruption) { () throws(PostgresError) in
        let places = try configuration.places(with: credentials, unless: interruption, until: deadline)
        var failure = PostgresError(.hostNotFound)
        for (index, place) in places.enumerated() {
          do throws(PostgresError) {
            let now = ContinuousClock.now
            let share = now + now.duration(to: deadline) / (places.count - index)
            let handle = try ConnectionHandle(connecting: place.parameters)
            let end = configuration.connectDeadline(within: share)
            try finishConnecting(handle, unless: interruption, until: end)
            return try Connection(handle, interruption: interruption, observers: observers)
          } catch {
            guard error.isOfOneServer else { throw configuration.noting(error, at: place) }
            // What a server says tells more than that another was not reached.
            if failure.sqlState == nil || error.sqlState != nil { failure = error }
          }
        }
        throw failure
      }
    } catch {
      throw error.having(.notSent)
    }
  }

  private static func finishConnecting(
    _ handle: ConnectionHandle, unless flag: EventFD, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) {
    // After PQconnectStart the first thing to wait for is that the socket can be written.
    var progress = handle.isGood ? ConnectionHandle.Progress.waiting(.write) : .failed
    while case .waiting(let interest) = progress {
      switch try wait(for: interest, on: handle.socket, unless: flag, until: deadline) {
      case .ready: progress = handle.poll()
      case .interrupted: throw PostgresError(.cancelled)
      case .timedOut: throw PostgresError(.connectTimeout)
      }
    }
    guard case .connected = progress else { throw PostgresError(connectionFailure: handle.errorMessage) }
  }

  /// Executes a statement and returns its rows. A statement is prepared when it is first seen, in the same round trip,
  /// unless it is ``Statement/unprepared()`` or there are very many, and again if the server no longer knows it.
  ///
  /// Throws ``PostgresError``, with ``PostgresError/Reason/statementTimeout`` if the server has not answered by the
  /// deadline and ``PostgresError/Reason/cancelled`` if the task is cancelled. The server is then asked to cancel the
  /// statement; whether it had done it already cannot be known.
  @discardableResult
  public func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    try await execute(statement, [], until: deadline)
  }

  /// Executes a statement, and begins or ends a transaction with it.
  func execute(
    _ statement: Statement, _ edges: TransactionEdges, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    try await interruptibly { () throws(PostgresError) in try run(statement, edges, until: deadline) }
  }

  /// Executes statements in one round trip, and returns the rows of each. Unless they are in a transaction they are one:
  /// all of them are executed, or none.
  ///
  /// Throws ``PostgresError`` as ``execute(_:until:)`` does. None of them is prepared, unless it was before.
  @discardableResult
  public func execute(
    _ statements: [Statement], until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [Rows] {
    try await interruptibly { () throws(PostgresError) in try run(statements, until: deadline) }
  }

  /// Asks the server for a sign of life; throws as ``execute(_:until:)`` does.
  func ping(until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    try await interruptibly { () throws(PostgresError) in _ = try exchange(script: "", until: deadline) }
  }

  /// Executes the statements of a script, up to the first that fails; throws as ``execute(_:until:)`` does.
  func execute(script: String, until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    // libpq takes a C string, which would end there.
    guard !script.utf8.contains(0) else { throw PostgresError(.invalidParameter, "The script holds U+0000.") }
    do throws(PostgresError) {
      _ = try await interruptibly { () throws(PostgresError) in
        try observed(script) { () throws(PostgresError) in
          try exchange(script: script, until: deadline)
        }
      }
    } catch {
      throw error.located(in: script)
    }
  }

  /// Whether the connection can be used again and has no transaction open.
  var isReusable: Bool { handle?.isOutsideTransaction ?? false }

  /// Whether a transaction is open that can be committed.
  var isInTransaction: Bool { handle?.isInTransaction ?? false }

  /// Whether the connection is open as far as one can tell without asking the server. Whatever came from it since the
  /// last statement is read, above all the end.
  func isOpen() -> Bool {
    guard let handle else { return false }
    while isReadable(handle.socket) {
      guard handle.consumeInput() else { return false }
    }
    return handle.isGood
  }

  /// Closes the connection without waiting for anything.
  func close() {
    handle = nil
  }

  /// Closes the connection in the middle of a statement, and says why. The server is asked to cancel the statement: by
  /// itself it would not notice before it has done it.
  func abandon(_ reason: PostgresError.Reason) -> PostgresError {
    handle?.makeCancelHandle()?.sendInBackground()
    close()
    return PostgresError(reason)
  }

  /// Waits for the socket to become ready; gives the connection up if it does not.
  func waitForSocket(
    of handle: ConnectionHandle, _ interest: Interest, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) {
    switch try wait(for: interest, on: handle.socket, unless: interruption, until: deadline) {
    case .ready: return
    case .interrupted: throw abandon(.cancelled)
    case .timedOut: throw abandon(.statementTimeout)
    }
  }

  /// Runs a body that waits for the server; cancelling the task ends that.
  func interruptibly<Value>(
    _ body: () throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    try await Self.withInterruption(interruption, body)
  }

  /// Runs a body that blocks; cancelling the task raises the flag. The body does not begin if the task was cancelled
  /// before.
  static func withInterruption<Value>(
    _ flag: EventFD, _ body: () throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    flag.lower()
    let result = await withTaskCancellationHandler {
      Task.isCancelled
        ? .failure(PostgresError(.cancelled)) : Result { () throws(PostgresError) in try body() }
    } onCancel: {
      flag.raise()
    }
    return try result.get()
  }

  /// Runs a body of the caller's, which may wait for something else than the server, too.
  static func withInterruption<Value>(_ flag: EventFD, _ body: () async throws -> Value) async throws -> Value {
    flag.lower()
    return try await withTaskCancellationHandler {
      if Task.isCancelled { throw PostgresError(.cancelled) }
      return try await body()
    } onCancel: {
      flag.raise()
    }
  }
}
