import CLibPQ
import Glibc

/// An eventfd: what one thread signals wakes another from poll(2). Owns the descriptor and closes it.
///
/// See <https://man7.org/linux/man-pages/man2/eventfd.2.html>.
final class EventDescriptor: Sendable {
  let descriptor: Int32

  init() throws(PostgresError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    if descriptor < 0 { throw PostgresError(.resources) }
  }

  deinit {
    close(descriptor)
  }

  /// Wakes whoever waits, now or later.
  func signal() {
    eventfd_write(descriptor, 1)
  }

  /// Takes back all signals so far.
  func reset() {
    var count: eventfd_t = 0
    eventfd_read(descriptor, &count)
  }
}
