import Glibc

/// What to wait for on a descriptor.
struct Interest: OptionSet {
  let rawValue: CShort

  static let read = Interest(rawValue: CShort(POLLIN))
  static let write = Interest(rawValue: CShort(POLLOUT))
}

/// How waiting for a descriptor ended.
enum WaitOutcome {
  /// The descriptor is ready, or has an error that the next operation on it will report.
  case ready
  /// The flag was raised.
  case interrupted
  case timedOut
}

/// Blocks until a descriptor is ready, the flag is raised or the deadline has passed. Ready goes last: a server that never
/// stops talking would else be listened to for ever. [poll(2)](https://man7.org/linux/man-pages/man2/poll.2.html)
func wait(
  for interest: Interest, on descriptor: CInt, unless flag: EventFD?, until deadline: ContinuousClock.Instant
) throws(PostgresError) -> WaitOutcome {
  while true {
    var polled = (
      pollfd(fd: descriptor, events: interest.rawValue, revents: 0),
      pollfd(fd: flag?.descriptor ?? -1, events: Interest.read.rawValue, revents: 0)
    )
    let timeLeft = ContinuousClock.now.duration(to: deadline)
    guard timeLeft > .zero else { return .timedOut }
    let timeout = timeLeft.millisecondsRoundedUp
    let count = withUnsafeMutableBytes(of: &polled) {
      poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeout)
    }
    if count > 0 { return polled.1.revents != 0 ? .interrupted : .ready }
    guard count == 0 || errno == EINTR else { throw PostgresError(.outOfResources) }
  }
}

/// Whether a descriptor can be read, or has an error, right now.
func isReadable(_ descriptor: CInt) -> Bool {
  var poll = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
  return Glibc.poll(&poll, 1, 0) > 0
}

extension Duration {
  /// As poll(2) takes it: never too short.
  fileprivate var millisecondsRoundedUp: CInt {
    let milliseconds = (self / .milliseconds(1)).rounded(.up)
    return milliseconds < Double(CInt.max) ? CInt(milliseconds) : .max
  }
}
