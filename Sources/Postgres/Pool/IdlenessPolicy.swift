import Glibc

/// What is thought of a connection that nothing was executed over for a while.
///
/// Lambda freezes a process between events, and a NAT forgets a connection without telling either side: then nothing that is sent is ever answered.
struct IdlenessPolicy: Sendable {
  /// From how many seconds on a connection may be dead without a sign of it.
  var trustedSeconds = 60

  /// How long such a connection's first answer is waited for.
  var firstAnswer: Duration = .seconds(1)

  /// The time, in seconds since the Unix epoch: other clocks may stand still while a process is frozen.
  var now: @Sendable () -> Int = { time(nil) }

  /// When a connection that has been idle since then must have answered; nil where it is trusted.
  func answerLimit(_ since: Int) -> ContinuousClock.Instant? {
    // A clock that was set back says nothing of how long it was.
    (0...trustedSeconds).contains(now() - since) ? nil : .now + firstAnswer
  }
}
