/// Whoever wants to see what a ``Pool`` does, for metrics or traces.
///
/// Each method is called when what it tells of is over, by the task that did it, which waits until it returns; several
/// tasks may call at once. Values of the task (`@TaskLocal`) are those of whoever used the pool. No report has parameters
/// or rows in it. A method that is not implemented does nothing.
public protocol PostgresObserver: Sendable {
  /// A connection was opened, or could not be.
  func connectEnded(_ report: ConnectReport)

  /// A statement was executed, or failed: each that is sent, those of transactions (`BEGIN`, `COMMIT` …) included.
  func statementEnded(_ report: StatementReport)

  /// A failure may pass, so that there is another attempt after a pause, which begins now.
  func retryBegan(_ report: RetryReport)
}

extension PostgresObserver {
  /// Does nothing.
  public func connectEnded(_ report: ConnectReport) {}

  /// Does nothing.
  public func statementEnded(_ report: StatementReport) {}

  /// Does nothing.
  public func retryBegan(_ report: RetryReport) {}
}

/// How connecting went.
public struct ConnectReport: Sendable {
  /// How long it took in all: finding the addresses, trying one after the other, logging in.
  public let duration: Duration
  /// Which attempt of one call of the pool it belonged to: 1, or more where it was retried.
  public let attempt: Int
  /// Why there is no connection; nil if there is one.
  public let error: PostgresError?

  /// Makes a report, for a test of an observer for example.
  public init(duration: Duration, attempt: Int = 1, error: PostgresError? = nil) {
    self.duration = duration
    self.attempt = attempt
    self.error = error
  }
}

/// How a statement, or a script, went.
public struct StatementReport: Sendable {
  /// The SQL text, with `$1`, `$2`, … for the parameters.
  public let text: String
  /// What it does, in a word: the first of the text, in capitals, such as `INSERT`, `SELECT` or `WITH`. Empty where there is
  /// none.
  public var operation: String { SQLTokens.firstWord(of: text) ?? "" }
  /// How long it took, preparing it included where it was new to the connection.
  public let duration: Duration
  /// How many rows it inserted, updated, deleted or selected; nil if it failed.
  public let affectedRowCount: Int?
  /// Why it failed; nil if it did not.
  public let error: PostgresError?

  /// Makes the report of a statement that did its work.
  public init(text: String, duration: Duration, affectedRowCount: Int) {
    self.text = text
    self.duration = duration
    self.affectedRowCount = affectedRowCount
    error = nil
  }

  /// Makes the report of a statement that failed.
  public init(text: String, duration: Duration, error: PostgresError) {
    self.text = text
    self.duration = duration
    affectedRowCount = nil
    self.error = error
  }
}

/// What is retried, and when.
public struct RetryReport: Sendable {
  /// What went wrong.
  public let error: PostgresError
  /// Which attempt comes next: 2 for the first retry.
  public let attempt: Int
  /// How long it is until then.
  public let pause: Duration

  /// Makes a report, for a test of an observer for example.
  public init(error: PostgresError, attempt: Int, pause: Duration) {
    self.error = error
    self.attempt = attempt
    self.pause = pause
  }
}

extension [any PostgresObserver] {
  /// Runs a statement, and reports it.
  @inline(__always)
  func observing(
    _ text: @autoclosure () -> String, _ body: () throws(PostgresError) -> Rows
  ) throws(PostgresError) -> Rows {
    guard !isEmpty else { return try body() }
    let start = ContinuousClock.now
    do throws(PostgresError) {
      let rows = try body()
      let report = StatementReport(
        text: text(), duration: start.duration(to: .now), affectedRowCount: rows.affectedRowCount)
      for observer in self { observer.statementEnded(report) }
      return rows
    } catch {
      let report = StatementReport(text: text(), duration: start.duration(to: .now), error: error)
      for observer in self { observer.statementEnded(report) }
      throw error
    }
  }
}
