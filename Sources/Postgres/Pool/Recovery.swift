/// How often something may be done. This file is the one place where it stands what is done again, and by whom:
///
/// - A ``Connection`` sends statements once more, on itself, whose prepared form the server does not know any more
///   (``PostgresError/permitsResending(isReusable:)``).
/// - A ``Lease`` goes on with a new connection where the kept one turns out to be dead
///   (``PostgresError/permitsReplacing(_:)``).
/// - A ``Pool`` tries again after a pause, on whatever connection there is then, what may pass by itself
///   (``PostgresError/permitsRetry(of:)``, ``Retries``); and so does a ``Transaction`` with its first statement.
enum Repeatability {
  /// Doing it twice is doing it once: what is declared idempotent, or is undone unless something else follows.
  case always
  /// It is one transaction, of which nothing is left if the server refuses it.
  case ifRefused
  /// Only what was not sent may be sent.
  case ifNotSent
}

extension Statement {
  /// What commits as it goes, such as `CALL`, `DO`, `VACUUM` and `CREATE INDEX CONCURRENTLY`, is no transaction.
  var repeatability: Repeatability {
    if isIdempotent { return .always }
    let verbs = ["INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "WITH", "VALUES", "TABLE"]
    return SQLTokens.firstWord(of: text).map(verbs.contains) == true ? .ifRefused : .ifNotSent
  }
}

extension [Statement] {
  /// That of all of them as one transaction: as often as the least of them may be.
  var repeatability: Repeatability {
    let each = map(\.repeatability)
    if each.contains(.ifNotSent) { return .ifNotSent }
    return each.contains(.ifRefused) ? .ifRefused : .always
  }
}

extension PostgresError {
  /// Whether a connection may send the same statement again: it failed of nothing but its name, and no transaction has
  /// failed with it.
  func permitsResending(isReusable: Bool) -> Bool { meansPreparedStatementIsUnusable && isReusable }

  /// Whether the same may be sent on a new connection at once, because the one that was kept had ended before.
  func permitsReplacing(_ repeatability: Repeatability) -> Bool { meansEndOfSession && repeatability == .always }

  /// Whether the same may be tried again later: the failure may pass, has not taken all the time there was, and it has done
  /// nothing, or doing it twice does no harm.
  func permitsRetry(of repeatability: Repeatability) -> Bool {
    guard isTransient, !isTimeout else { return false }
    return switch repeatability {
    case .always: true
    case .ifRefused: effect != .unknown
    case .ifNotSent: effect == .notSent
    }
  }
}

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

  /// Waits until it is time to do the same again, and says so. Throws the error if that may not be, or there is no time left.
  mutating func wait(
    after error: PostgresError, of repeatability: Repeatability, _ observers: [any PostgresObserver]
  ) async throws(PostgresError) {
    guard time > .zero, error.permitsRetry(of: repeatability) else { throw error.having(attempts: attempt) }
    let now = ContinuousClock.now
    let end = self.end ?? min(now + time, deadline - Self.leastTime)
    self.end = end
    guard now < end else { throw error.having(attempts: attempt) }
    // The last one is made at the end, however long the pause before it was to be.
    let next = min(now + longestNextPause * Double.random(in: 0.5...1), end)
    let pause = now.duration(to: next)
    longestNextPause = min(longestNextPause * 2, Self.longestPause)
    attempt += 1
    let report = RetryReport(error: error, attempt: attempt, pause: pause)
    for observer in observers { observer.retryBegan(report) }
    guard (try? await Task.sleep(until: next)) != nil else {
      throw PostgresError(.cancelled).having(attempts: attempt - 1)
    }
  }
}

extension PostgresError {
  /// The same error, of a call that was tried so often.
  fileprivate func having(attempts: Int) -> PostgresError {
    var copy = self
    copy.details.attempts = attempts
    return copy
  }
}
