extension Connection {
  /// What goes with a statement in the same round trip.
  struct TransactionEdges: OptionSet {
    let rawValue: UInt8

    /// It is the first of a transaction: BEGIN goes before it.
    static let begin = TransactionEdges(rawValue: 1)
    /// It is the last: COMMIT goes behind it.
    static let commit = TransactionEdges(rawValue: 2)
  }

  /// Executes a statement; blocks. One that is new to the connection is prepared in the same round trip.
  ///
  /// Where the server does not know what was prepared, or has given up its plan, the statement is sent once more, unless
  /// a transaction has failed of that: then it is too late for this statement, but not for those after it.
  func run(
    _ statement: Statement, _ edges: TransactionEdges = [], until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Rows {
    if let error = statement.parameters.error { throw error }
    do throws(PostgresError) {
      return try runOnce(statement, edges, until: deadline)
    } catch {
      guard statement.isPrepared, error.meansPreparedStatementIsUnusable else { throw error }
      preparedStatements.forget(statement, because: error)
      guard error.permitsResending(isReusable: isReusable) else { throw error }
      return try runOnce(statement, edges, until: deadline)
    }
  }

  private func runOnce(
    _ statement: Statement, _ edges: TransactionEdges, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Rows {
    let name = statement.isPrepared ? preparedStatements.name(of: statement) : nil
    let newName = statement.isPrepared && name == nil ? preparedStatements.freeName() : nil
    guard newName != nil || !edges.isEmpty else {
      // Each sign-up comes this way, so it has no closure more than it needs.
      if observers.isEmpty { return try exchange(statement, preparedAs: name, until: deadline) }
      return try observed(statement.text) { () throws(PostgresError) in
        try exchange(statement, preparedAs: name, until: deadline)
      }
    }
    var requests: [Request] = []
    if edges.contains(.begin) { requests.append(.execute(.begin, preparedAs: nil)) }
    if let newName { requests.append(.prepare(statement, as: newName)) }
    let position = requests.count
    requests.append(.execute(statement, preparedAs: name ?? newName))
    if edges.contains(.commit) { requests.append(.execute(.commit, preparedAs: nil)) }
    let (results, failure) = try exchange(requests, until: deadline)
    // What is prepared stays so, even if the statement or its transaction fails.
    if let newName, failure.map({ $0.request >= position }) ?? true {
      preparedStatements.remember(statement, name: newName)
    }
    if let failure {
      // What the server refuses before the statement keeps it from being executed. A pooler that has lost the server says
      // so in place of the first answer that has not come, whatever the server has done by then.
      let isRefused = failure.request < position && failure.error.effect == .refused
      throw isRefused ? failure.error.having(.notSent) : failure.error
    }
    guard let result = results[position] else { throw abandon(.protocolViolation) }
    return Rows(result: result)
  }

  /// Executes statements in one round trip and, as the server has it up to a Sync, in one transaction, unless they are in
  /// one; blocks.
  ///
  /// Where the server does not know what was prepared, or has given up its plan, all are sent once more, none of them
  /// prepared, as far as nothing of them is left.
  func run(
    _ statements: [Statement], until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> [Rows] {
    guard !statements.isEmpty else { return [] }
    if let error = statements.lazy.compactMap(\.parameters.error).first { throw error }
    do throws(PostgresError) {
      return try runOnce(statements, until: deadline)
    } catch {
      guard error.permitsResending(isReusable: isReusable), statements.repeatability != .ifNotSent else { throw error }
      return try runOnce(statements.map { $0.unprepared() }, until: deadline)
    }
  }

  private func runOnce(
    _ statements: [Statement], until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> [Rows] {
    let requests = statements.map { statement in
      Request.execute(statement, preparedAs: statement.isPrepared ? preparedStatements.name(of: statement) : nil)
    }
    let (results, failure) = try exchange(requests, until: deadline)
    if let (error, request) = failure {
      if error.meansPreparedStatementIsUnusable, statements.indices.contains(request) {
        preparedStatements.forget(statements[request], because: error)
      }
      throw error
    }
    return try results.map { result throws(PostgresError) in
      guard let result else { throw abandon(.protocolViolation) }
      return Rows(result: result)
    }
  }
}

/// What is sent, and answered in its order.
enum Request {
  case prepare(Statement, as: PreparedName)
  /// A statement that was prepared under a name, or is parsed now.
  case execute(Statement, preparedAs: PreparedName?)
}

extension Statement {
  static let begin = Statement("BEGIN").unprepared()
  static let commit = Statement("COMMIT").unprepared()
  static let rollback = Statement("ROLLBACK").unprepared()
}

// MARK: - The exchange

extension Connection {
  /// What came of requests: the result of each, and which of them failed; their number where only the commit did.
  typealias Outcome = (results: [ResultHandle?], failure: (error: PostgresError, request: Int)?)

  /// Sends a statement and waits for all of the answer to it.
  private func exchange(
    _ statement: Statement, preparedAs name: PreparedName?, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Rows {
    let handle = try ready(until: deadline)
    guard handle.send(statement, preparedAs: name) else { throw lost(handle) }
    try flush(handle, until: deadline)
    return try answer(from: handle, until: deadline)
  }

  /// Sends a script and waits for all of the answer to it.
  func exchange(script: String, until deadline: ContinuousClock.Instant) throws(PostgresError) -> Rows {
    let handle = try start(until: deadline) { $0.send(script: script) }
    return try answer(from: handle, until: deadline)
  }

  /// Waits for all of the answer to one request.
  private func answer(
    from handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Rows {
    var exchange = Exchange(ExecutionState())
    var last: ResultHandle?
    while case .result(let result, _) = try nextEvent(&exchange, from: handle, until: deadline) { last = result }
    if let failure = exchange.failure { throw failure }
    guard let last else { throw lost(handle) }
    return Rows(result: last)
  }

  /// Sends requests at once and waits for all of the answers.
  private func exchange(
    _ requests: [Request], until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Outcome {
    var watch = StatementWatch(observers)
    defer { watch?.report() }
    var exchange = Exchange(ExecutionState(.pipeline(count: requests.count)))
    var results = [ResultHandle?](repeating: nil, count: requests.count)
    /// The text of the first statement from that request on.
    func text(from request: Int) -> String? { requests.dropFirst(request).lazy.compactMap(\.statementText).first }
    do throws(PostgresError) {
      let handle = try start(until: deadline) { handle in
        guard handle.enterPipelineMode() else { return false }
        return requests.allSatisfy(handle.send) && handle.sendSync()
      }
      while case .result(let result, let request) = try nextEvent(&exchange, from: handle, until: deadline) {
        guard results.indices.contains(request) else { throw abandon(.protocolViolation) }
        results[request] = result
        if let text = requests[request].statementText {
          watch?.noteEnd(of: text, affectedRowCount: result.affectedRowCount ?? 0)
        }
      }
      if self.handle != nil, !handle.exitPipelineMode() { throw abandon(.protocolViolation) }
    } catch {
      watch?.noteFailure(of: text(from: results.prefix { $0 != nil }.count), error)
      throw error
    }
    guard let error = exchange.failure, let request = exchange.state.failedRequest else { return (results, nil) }
    watch?.noteFailure(of: text(from: request), error)
    return (results, (error, request))
  }

  /// Does what one statement or script wants, and tells the observers.
  func observed(
    _ text: @autoclosure () -> String, _ body: () throws(PostgresError) -> Rows
  ) throws(PostgresError) -> Rows {
    guard var watch = StatementWatch(observers) else { return try body() }
    defer { watch.report() }
    do throws(PostgresError) {
      let rows = try body()
      watch.noteEnd(of: text(), affectedRowCount: rows.affectedRowCount)
      return rows
    } catch {
      watch.noteFailure(of: text(), error)
      throw error
    }
  }

  /// Sends something, all of it.
  func start(
    until deadline: ContinuousClock.Instant, _ send: (ConnectionHandle) -> Bool
  ) throws(PostgresError) -> ConnectionHandle {
    let handle = try ready(until: deadline)
    guard send(handle) else { throw lost(handle) }
    try flush(handle, until: deadline)
    return handle
  }

  /// What is sent goes to.
  private func ready(until deadline: ContinuousClock.Instant) throws(PostgresError) -> ConnectionHandle {
    guard let handle else { throw PostgresError(.connectionLost).having(.notSent) }
    guard !isReceiving else { throw PostgresError(.connectionBusy).having(.notSent) }
    guard ContinuousClock.now < deadline else { throw PostgresError(.statementTimeout).having(.notSent) }
    return handle
  }

  func flush(_ handle: ConnectionHandle, until deadline: ContinuousClock.Instant) throws(PostgresError) {
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

  /// What was sent, and what has come of it.
  struct Exchange {
    var state: ExecutionState
    /// What failed first.
    var failure: PostgresError?

    init(_ state: ExecutionState) {
      self.state = state
    }
  }

  /// What the answers to something that was sent have come to.
  enum Event {
    /// The result of the request with that number.
    case result(ResultHandle, request: Int)
    /// Rows of a result that is not complete.
    case rows(ResultHandle)
    /// The data of a COPY are to be sent or received.
    case copy(ResultHandle)
    /// All is answered.
    case end
  }

  /// Waits for what the server has to say next. A failure is kept, and thrown by the caller when all is answered.
  func nextEvent(
    _ exchange: inout Exchange, from handle: ConnectionHandle, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Event {
    while true {
      while handle.isBusy {
        try waitForSocket(of: handle, .read, until: deadline)
        if !handle.consumeInput() {
          // A server that ends the session says why before it closes the connection.
          let loss = lost(handle)
          throw exchange.failure ?? loss
        }
      }
      let result = handle.nextResult()
      switch exchange.state.receive(result?.answer ?? .end) {
      case .proceed: continue
      case .keepFailure:
        exchange.failure = result.map { PostgresError($0, of: handle, after: exchange.state.completed) }
      case .abandon(let reason):
        let violation = abandon(reason)
        throw exchange.failure ?? violation
      case .finish:
        if !handle.isGood { close() }
        return .end
      case .keep(let request): if let result { return .result(result, request: request) }
      case .handOver: if let result { return .rows(result) }
      case .copy: if let result { return .copy(result) }
      }
    }
  }

  /// Closes the connection, and says that it broke.
  func lost(_ handle: ConnectionHandle) -> PostgresError {
    var error = PostgresError(.connectionLost)
    error.details.debugMessage = handle.errorMessage
    close()
    return error
  }
}

extension Request {
  /// The text of a statement that is executed, of which observers are told.
  fileprivate var statementText: String? {
    if case .execute(let statement, _) = self { statement.text } else { nil }
  }
}

extension ResultHandle {
  /// What the result says to the state of an execution.
  fileprivate var answer: ExecutionState.Answer {
    switch status {
    case .success: .success
    case .part: .part
    case .failure: .failure
    case .skipped: .skipped
    case .copyIn: .copy(.toServer)
    case .copyOut: .copy(.fromServer)
    case .copyBoth: .copy(.none)
    case .synchronized: .synchronized
    }
  }
}
