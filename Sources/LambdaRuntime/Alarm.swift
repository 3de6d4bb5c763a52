import Glibc
import Synchronization

/// Wakes the thread that waits for it, from any other thread or from a signal handler.
///
/// Owns a pair of sockets, a pipe that is kept from child processes at once, and closes them.
final class Alarm: Sendable {
  /// -1 where the system has no more of them: then whoever waits looks now and then.
  private let ends: (reading: CInt, writing: CInt)
  private let termination = Atomic(false)

  init() {
    var pair: [CInt] = [-1, -1]
    socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair)
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.reading)
    close(ends.writing)
  }

  /// Wakes whoever waits, or ends the next wait.
  func ring() {
    var byte: UInt8 = 0
    // If the socket is full, it has been rung often enough.
    Glibc.send(ends.writing, &byte, 1, CInt(MSG_NOSIGNAL))
  }

  /// Says that the process is to end. A signal handler may call it.
  func terminate() {
    // Whoever was interrupted may be about to look at it.
    let code = errno
    defer { errno = code }
    termination.store(true, ordering: .sequentiallyConsistent)
    ring()
  }

  /// Whether the process is to end.
  var isTerminating: Bool { termination.load(ordering: .sequentiallyConsistent) }

  /// Waits for a ring, at most until then.
  ///
  /// - Returns: Whether there has been one.
  @discardableResult
  func wait(until deadline: ContinuousClock.Instant? = nil) -> Bool {
    var polled = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
    var count: CInt
    repeat { count = poll(&polled, 1, milliseconds(until: deadline)) } while count < 0 && errno == EINTR
    guard count > 0 else { return false }
    var bytes = (UInt64(0), UInt64(0))
    recv(ends.reading, &bytes, 16, 0)
    return true
  }

  private func milliseconds(until deadline: ContinuousClock.Instant?) -> CInt {
    let longest: CInt = ends.reading < 0 ? 10 : -1
    guard let deadline else { return longest }
    let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
    let milliseconds = CInt(min(max(0, left.rounded(.up)), 86_400_000))
    return longest < 0 ? milliseconds : min(milliseconds, longest)
  }
}
