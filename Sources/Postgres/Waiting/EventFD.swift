internal import CLibPQ
import Glibc
import Synchronization

/// A flag that wakes whoever waits for it in poll(2): [eventfd(2)](https://man7.org/linux/man-pages/man2/eventfd.2.html).
final class EventFD: Sendable {
  let descriptor: CInt
  private let isRaised = Atomic(false)

  init() throws(PostgresError) {
    descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw PostgresError(.outOfResources) }
  }

  deinit {
    close(descriptor)
  }

  /// Raises the flag: the descriptor can be read from now on.
  func raise() {
    guard !isRaised.exchange(true, ordering: .acquiringAndReleasing) else { return }
    eventfd_write(descriptor, 1)
  }

  /// Lowers the flag; without a system call if it was not raised.
  func lower() {
    guard isRaised.load(ordering: .acquiring) else { return }
    var count: eventfd_t = 0
    eventfd_read(descriptor, &count)
    isRaised.store(false, ordering: .releasing)
  }
}
