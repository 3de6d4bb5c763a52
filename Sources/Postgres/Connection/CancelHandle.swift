internal import CLibPQ
import Synchronization

/// Owns a [request to cancel](https://www.postgresql.org/docs/current/libpq-cancel.html) what a connection of ours
/// waits for. It outlives the connection, and is sent once, from any thread.
final class CancelHandle: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Takes ownership.
  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    clibpq_cancel_finish(pointer)
  }

  /// Sends the request on another thread, because it takes a connection of its own. With libpq 17 or later that one is
  /// encrypted as the connection is that the request is about, and is given up after ``timeLimit``; an older libpq sends
  /// the request in the clear, and blocks for as long as that takes.
  func sendInBackground() {
    let request = Request(handle: self, deadline: .now + Self.timeLimit)
    guard Self.queue.withLock({ $0.add(request) }) else { return }
    if !DetachedThread.start(Self.sendRequests) {
      Self.queue.withLock { $0 = Queue() }
    }
  }

  /// How long a request may take, with the time that it waits for others.
  private static let timeLimit = Duration.seconds(5)

  private struct Request {
    let handle: CancelHandle
    let deadline: ContinuousClock.Instant
  }

  /// Requests that wait for the only thread that sends them: however many statements time out while the server does not
  /// answer, they block one thread.
  private struct Queue {
    var requests: [Request] = []
    var hasThread = false

    /// Adds a request, if there is room; true if it needs a thread.
    mutating func add(_ request: Request) -> Bool {
      guard requests.count < 64 else { return false }
      requests.append(request)
      defer { hasThread = true }
      return !hasThread
    }

    mutating func next() -> Request? {
      guard requests.isEmpty else { return requests.removeFirst() }
      hasThread = false
      return nil
    }
  }

  private static let queue = Mutex(Queue())

  @Sendable private static func sendRequests() {
    while let request = queue.withLock({ $0.next() }) {
      request.handle.send(until: request.deadline)
    }
  }

  /// A request that fails changes nothing: the connection that it was for is closed in any case.
  private func send(until deadline: ContinuousClock.Instant) {
    guard .now < deadline else { return }
    var progress = clibpq_cancel_start(pointer)
    while let interest = Interest(progress) {
      guard let outcome = try? wait(for: interest, on: clibpq_cancel_socket(pointer), unless: nil, until: deadline),
        case .ready = outcome
      else { return }
      progress = clibpq_cancel_poll(pointer)
    }
  }
}

extension Interest {
  /// What libpq waits for; nil if it is done, or has failed.
  fileprivate init?(_ progress: PostgresPollingStatusType) {
    switch progress {
    case PGRES_POLLING_READING: self = .read
    case PGRES_POLLING_WRITING: self = .write
    default: return nil
    }
  }
}
