import Glibc

/// A counting semaphore. Owns the C one and frees it. See <https://man7.org/linux/man-pages/man7/sem_overview.7.html>.
final class Semaphore: @unchecked Sendable {
  /// A sem_t must stay where it was made. Its functions may be called from any thread.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    semaphore.initialize(to: sem_t())
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() {
    sem_post(semaphore)
  }

  /// Waits until there has been one signal more than there have been waits.
  func wait() {
    while sem_wait(semaphore) != 0 {}
  }
}
