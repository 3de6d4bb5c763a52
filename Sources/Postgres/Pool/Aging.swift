/// When a connection that was kept is no longer trusted, and when it is not kept any longer.
struct Aging: Sendable {
  /// A connection that was idle for longer may be dead without a sign: the process was frozen, or a NAT has forgotten
  /// the connection and drops what is sent on it.
  var idleLimit: Duration = .seconds(60)
  /// How long such a connection may take to give a sign of life.
  var pingTimeout: Duration = .seconds(1)
  /// A connection that was open for longer is replaced.
  var lifetime: Duration = .seconds(30 * 60)
  /// The realtime clock, because the monotonic one may stand still while the process is frozen.
  var now: @Sendable () -> Timestamp = { .now }

  /// Whether a connection that was last used then has to prove itself; also after the clock was set back.
  func isSuspect(since: Timestamp) -> Bool { Self.hasPassed(idleLimit, since: since, at: now()) }

  /// Whether a connection that was opened then has been open for long enough; also after the clock was set back.
  func isExpired(opened: Timestamp, at now: Timestamp) -> Bool { Self.hasPassed(lifetime, since: opened, at: now) }

  private static func hasPassed(_ limit: Duration, since: Timestamp, at now: Timestamp) -> Bool {
    let age = Duration.microseconds(now.microsecondsSinceEpoch - since.microsecondsSinceEpoch)
    return age > limit || age < .zero
  }
}
