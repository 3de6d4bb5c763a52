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

/// Blocks until a descriptor is ready, the flag is raised or the deadline has passed; ready goes first, for an answer
/// that is there counts. [poll(2)](https://man7.org/linux/man-pages/man2/poll.2.html)
func wait(
  for interest: Interest, on descriptor: CInt, unless flag: EventFD, until deadline: ContinuousClock.Instant
) throws(PostgresError) -> WaitOutcome {
  while true {
    var polled = (
      pollfd(fd: descriptor, events: interest.rawValue, revents: 0),
      pollfd(fd: flag.descriptor, events: Interest.read.rawValue, revents: 0)
    )
    let timeout = ContinuousClock.now.duration(to: deadline).millisecondsRoundedUp
    let count = withUnsafeMutableBytes(of: &polled) {
      poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeout)
    }
    if count > 0 { return polled.0.revents != 0 ? .ready : .interrupted }
    if count == 0, timeout < CInt.max { return .timedOut }
    guard count == 0 || errno == EINTR else { throw PostgresError(.outOfResources) }
  }
}

/// Whether a descriptor can be read, or has an error, right now.
func isReadable(_ descriptor: CInt) -> Bool {
  var poll = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
  return Glibc.poll(&poll, 1, 0) > 0
}

extension Duration {
  /// As poll(2) takes it: never too short, and not negative, which would be without limit.
  fileprivate var millisecondsRoundedUp: CInt {
    let milliseconds = (self / .milliseconds(1)).rounded(.up)
    return milliseconds < Double(CInt.max) ? CInt(max(0, milliseconds)) : .max
  }
}
