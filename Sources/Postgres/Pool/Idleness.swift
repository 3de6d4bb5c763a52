/// When a connection that was kept is no longer trusted.
struct Idleness: Sendable {
  /// A connection that was idle for longer may be dead without a sign: the process was frozen, or a NAT has forgotten
  /// the connection and drops what is sent on it.
  var limit: Duration = .seconds(60)
  /// How long such a connection may take to give a sign of life.
  var patience: Duration = .seconds(1)
  /// The realtime clock, for the monotonic one may stand still while the process is frozen.
  var now: @Sendable () -> Timestamp = { .now }

  /// Whether a connection that was last used then has to prove itself; also after the clock was set back.
  func isSuspect(since: Timestamp) -> Bool {
    let idle = Duration.microseconds(now().microsecondsSinceEpoch - since.microsecondsSinceEpoch)
    return idle > limit || idle < .zero
  }
}
