internal import CLibPQ
import Synchronization

/// Owns a [PGcancel](https://www.postgresql.org/docs/current/libpq-cancel.html#LIBPQ-PQGETCANCEL): what it takes to ask
/// a server to stop what a connection of ours waits for. It outlives the connection, and may be used from any thread.
final class CancelHandle: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Takes ownership.
  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    PQfreeCancel(pointer)
  }

  /// Sends the request on another thread. [PQcancel](https://www.postgresql.org/docs/current/libpq-cancel.html#LIBPQ-PQCANCEL)
  /// opens a connection of its own and blocks for as long as that takes, which before libpq 17 nothing limits.
  func requestInBackground() {
    guard Self.queue.withLock({ $0.add(self) }) else { return }
    if !DetachedThread.start(Self.sendRequests) {
      Self.queue.withLock { $0 = Queue() }
    }
  }

  /// Requests that wait for the only thread that sends them: however many statements time out while the server does not
  /// answer, they block one thread.
  private struct Queue {
    var requests: [CancelHandle] = []
    var hasThread = false

    /// Adds a request, if there is room; true if it needs a thread.
    mutating func add(_ request: CancelHandle) -> Bool {
      guard requests.count < 64 else { return false }
      requests.append(request)
      defer { hasThread = true }
      return !hasThread
    }

    mutating func next() -> CancelHandle? {
      guard requests.isEmpty else { return requests.removeFirst() }
      hasThread = false
      return nil
    }
  }

  private static let queue = Mutex(Queue())

  @Sendable private static func sendRequests() {
    while let request = queue.withLock({ $0.next() }) {
      // A request that fails changes nothing: the connection that it was for is closed in any case.
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { error in
        _ = PQcancel(request.pointer, error.baseAddress, 256)
      }
    }
  }
}
