import CLibPQ
import Synchronization

/// A PGcancel: what it takes to ask the server to stop what a connection is executing. Owns it and frees it.
///
/// See <https://www.postgresql.org/docs/current/libpq-cancel.html>.
final class CancelHandle: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// nil where there is no connection, or no memory.
  init?(_ connection: ConnectionHandle) {
    guard let pointer = PQgetCancel(connection.pointer) else { return nil }
    self.pointer = pointer
  }

  deinit {
    PQfreeCancel(pointer)
  }

  /// Whether a cancel request is on its way somewhere in the process.
  private static let isRunning = Atomic(false)

  /// Asks the server, without waiting for it.
  ///
  /// PQcancel connects to the server anew and waits for it without any limit, so it has a thread that nobody waits for; one at a
  /// time, lest a dead server collects threads. Whoever comes meanwhile goes without: closing the connection is all that is certain.
  func send() {
    guard !CancelHandle.isRunning.exchange(true, ordering: .acquiring) else { return }
    let isStarted = Thread.detach { [self] in
      var message = [CChar](repeating: 0, count: 256)
      PQcancel(pointer, &message, Int32(message.count))
      CancelHandle.isRunning.store(false, ordering: .releasing)
    }
    if !isStarted { CancelHandle.isRunning.store(false, ordering: .releasing) }
  }
}
