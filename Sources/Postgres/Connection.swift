import Synchronization

/// A connection to PostgreSQL, which executes one statement at a time.
///
/// Its calls are `async`, but they block the thread that they are on: in poll(2), up to their deadline and no longer. A call that is cut short, by
/// its deadline or by the cancellation of its task, asks the server to stop and closes the connection, for nobody knows what would come over it next.
public final class Connection: @unchecked Sendable {
  /// nil once the connection is closed. What is not constant here is used by one call at a time, which `isBusy` sees to.
  var handle: ConnectionHandle?
  var statements = PreparedStatements()
  var buffer = ParameterBuffer()
  let interruption: EventDescriptor
  private let isBusy = Atomic(false)

  init(_ handle: ConnectionHandle, interruption: EventDescriptor) {
    self.handle = handle
    self.interruption = interruption
  }

  /// Whether the connection can execute anything more.
  public var isClosed: Bool { handle?.isBroken ?? true }

  /// Executes a statement and waits for its rows.
  ///
  /// - Parameter deadline: When to give up, and close the connection.
  /// - Throws: `.statementTimeout`, `.cancelled`, `.connectionLost`, `.connectionBusy`, `.invalidParameter`, or what the server says.
  @discardableResult
  public func execute(
    _ statement: Statement, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Rows {
    try await exclusively { () throws(PostgresError) in try self.executeBlocking(statement, until: deadline) }
  }

  /// Calls `body`, which blocks, so that the cancellation of the task interrupts what it waits for.
  private func exclusively<Value: Sendable>(
    _ body: () throws(PostgresError) -> Value
  ) async throws(PostgresError) -> Value {
    guard !isBusy.exchange(true, ordering: .acquiring) else { throw PostgresError(.connectionBusy) }
    defer { isBusy.store(false, ordering: .releasing) }
    return try await interruptible(interruption, body)
  }
}

/// Calls `body`, which blocks; the cancellation of the task signals `event` meanwhile.
func interruptible<Value: Sendable>(
  _ event: EventDescriptor, _ body: () throws(PostgresError) -> Value
) async throws(PostgresError) -> Value {
  let result = await withTaskCancellationHandler {
    Result { () throws(PostgresError) in try body() }
  } onCancel: {
    event.signal()
  }
  return try result.get()
}
