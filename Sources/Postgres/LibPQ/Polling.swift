import Glibc

/// What poll(2) waits for.
enum Readiness {
  case readable, writable
  /// Either: libpq may have to read before the server goes on reading.
  case any

  fileprivate var events: Int16 {
    switch self {
    case .readable: Int16(POLLIN)
    case .writable: Int16(POLLOUT)
    case .any: Int16(POLLIN | POLLOUT)
    }
  }
}

/// How a wait ended.
enum WaitResult {
  case ready, interrupted, timedOut
}

/// Waits until a descriptor is ready, an event has been signalled, or the deadline has passed.
///
/// See <https://man7.org/linux/man-pages/man2/poll.2.html>.
func wait(
  for readiness: Readiness, on descriptor: Int32, or event: EventDescriptor, until deadline: ContinuousClock.Instant
) -> WaitResult {
  while true {
    var descriptors = (
      pollfd(fd: descriptor, events: readiness.events, revents: 0),
      pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0)
    )
    let count = withUnsafeMutableBytes(of: &descriptors) {
      poll($0.baseAddress?.assumingMemoryBound(to: pollfd.self), 2, milliseconds(until: deadline))
    }
    if count < 0 && errno == EINTR { continue }
    // Whoever waits looks at the socket itself: an error of poll's is an error of the socket's.
    if count < 0 || descriptors.0.revents != 0 { return .ready }
    if descriptors.1.revents != 0 { return .interrupted }
    if count == 0 && ContinuousClock.now >= deadline { return .timedOut }
  }
}

/// The time left in poll(2)'s grain, rounded up: rounded down it would end each wait with a busy loop of up to a millisecond.
private func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
  let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: deadline)).components
  let milliseconds = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  return Int32(clamping: min(seconds, Int64(Int32.max)) * 1_000 + milliseconds)
}
