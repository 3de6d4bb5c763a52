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

  /// The server has said something beside its answers: a `NOTICE`, a `WARNING`.
  func noticeReceived(_ notice: Notice)
}

extension PostgresObserver {
  /// Does nothing.
  public func connectEnded(_ report: ConnectReport) {}

  /// Does nothing.
  public func statementEnded(_ report: StatementReport) {}

  /// Does nothing.
  public func retryBegan(_ report: RetryReport) {}

  /// Does nothing.
  public func noticeReceived(_ notice: Notice) {}
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

/// What a server says beside its answers: <https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC>.
public struct Notice: Sendable {
  /// `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`, whatever the server's language is.
  public let severity: String
  /// The server's code, `00000` for most.
  public let sqlState: SQLState?
  /// The text. It may hold data, as that of an error may: not for a log.
  public let debugMessage: String

  /// Makes a notice, for a test of an observer for example.
  public init(severity: String, sqlState: SQLState?, debugMessage: String) {
    self.severity = severity
    self.sqlState = sqlState
    self.debugMessage = debugMessage
  }
}

/// How a statement, or a script, went.
public struct StatementReport: Sendable {
  /// The SQL text, with `$1`, `$2`, … for the parameters.
  public let text: String
  /// What it does, in a word: the first of the text, in capitals, such as `INSERT`, `SELECT` or `WITH`. Empty where there is
  /// none.
  public var operation: String { SQLTokens.firstWord(of: text) ?? "" }
  /// How long it took, preparing it included where it was new to the connection. Of several that are sent at once each has
  /// the time since the answer to the one before it.
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

/// Times the statements of an exchange, one after the other, and tells the observers when it is over.
struct StatementWatch {
  private let observers: [any PostgresObserver]
  private var start = ContinuousClock.now
  private var reports: [StatementReport] = []

  /// Nil where nobody observes, so that nothing is timed.
  init?(_ observers: [any PostgresObserver]) {
    guard !observers.isEmpty else { return nil }
    self.observers = observers
  }

  /// A statement was executed.
  mutating func noteEnd(of text: String, affectedRowCount: Int) {
    reports.append(StatementReport(text: text, duration: lap(), affectedRowCount: affectedRowCount))
  }

  /// A statement has failed; without its text the last that was executed, of which only its commit has.
  mutating func noteFailure(of text: String?, _ error: PostgresError) {
    guard let text = text ?? reports.popLast()?.text else { return }
    reports.append(StatementReport(text: text, duration: lap(), error: error))
  }

  func report() {
    for report in reports {
      for observer in observers { observer.statementEnded(report) }
    }
  }

  private mutating func lap() -> Duration {
    let now = ContinuousClock.now
    defer { start = now }
    return start.duration(to: now)
  }
}
