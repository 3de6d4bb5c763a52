/// The retries of one call of a pool, which it makes where a failure may pass by itself.
///
/// The pauses between them grow, and are drawn at random, so that those whom one failure has hit do not all come back at
/// once and meet the next.
struct Retries {
  /// With less time a retry would end as a timeout, which tells less than the error before.
  private static let leastTime = Duration.milliseconds(250)
  private static let longestPause = Duration.milliseconds(500)

  private let time: Duration
  private let deadline: ContinuousClock.Instant
  /// When the last retry begins at the latest; nil before the first failure.
  private var end: ContinuousClock.Instant?
  /// Which attempt is made; the first one is 1.
  private(set) var attempt = 1
  private var longestNextPause = Duration.milliseconds(40)

  /// - Parameters:
  ///   - time: How long there are retries after the first failure.
  ///   - deadline: When the call has to be over.
  init(for time: Duration, until deadline: ContinuousClock.Instant) {
    self.time = time
    self.deadline = deadline
  }

  /// Waits until it is time for a retry, and says so. Throws the error if it does not pass by itself, or there is no time
  /// left.
  mutating func wait(
    after error: PostgresError, _ observers: [any PostgresObserver]
  ) async throws(PostgresError) {
    guard time > .zero, error.isTransient, !error.isTimeout else { throw error }
    let now = ContinuousClock.now
    let end = self.end ?? min(now + time, deadline - Self.leastTime)
    self.end = end
    let pause = longestNextPause * Double.random(in: 0.5...1)
    let next = now + pause
    guard next < end else { throw error }
    longestNextPause = min(longestNextPause * 2, Self.longestPause)
    attempt += 1
    let report = RetryReport(error: error, attempt: attempt, pause: pause)
    for observer in observers { observer.retryBegan(report) }
    guard (try? await Task.sleep(until: next)) != nil else { throw PostgresError(.cancelled) }
  }
}

extension PostgresError {
  /// Whether a statement that failed so may be sent again: it has done nothing, or doing it twice does no harm.
  func permitsRetry(of statement: Statement) -> Bool {
    statement.isIdempotent || effect == .notSent || (effect == .refused && statement.isOneTransaction)
  }
}

extension Statement {
  /// Whether all that it does is one transaction, if there is none already: not so with what commits as it goes, such as
  /// `CALL`, `DO`, `VACUUM` and `CREATE INDEX CONCURRENTLY`.
  fileprivate var isOneTransaction: Bool {
    guard let verb = SQLTokens.firstWord(of: text) else { return false }
    return ["INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "WITH", "VALUES", "TABLE"].contains(verb)
  }
}
