import Synchronization

/// Who has which connection of a pool, and who waits: the decisions, apart from the waiting.
struct PoolState: Sendable {
  /// A connection that nobody uses.
  struct Kept: Sendable {
    let connection: Connection
    /// When it was given back, in seconds since the Unix epoch.
    let since: Int
  }

  /// What who asks gets.
  enum Grant: Sendable {
    case kept(Kept)
    /// Leave to open a connection.
    case new

    var connection: Connection? {
      switch self {
      case .kept(let kept): kept.connection
      case .new: nil
      }
    }
  }

  /// Somebody who waits.
  final class Waiter: Sendable {
    /// Set once, before the signal.
    let grant = Mutex<Grant?>(nil)
    let isServed: EventDescriptor

    init() throws(PostgresError) {
      isServed = try EventDescriptor()
    }
  }

  private let limit: Int
  private var idle: [Kept] = []
  /// Connections that are idle, lent, or being opened.
  private var open = 0
  private var waiters: [Waiter] = []

  init(limit: Int) {
    self.limit = limit
  }

  /// Gives out what is free: the connection that was used last, lest the others are kept alive for nothing; else leave to open one.
  mutating func take() -> Grant? {
    if let kept = idle.popLast() { return .kept(kept) }
    guard open < limit else { return nil }
    open += 1
    return .new
  }

  /// Gives out what is free, or lets `waiter` wait.
  mutating func take(or waiter: Waiter) -> Grant? {
    if let grant = take() { return grant }
    waiters.append(waiter)
    return nil
  }

  /// Takes a connection back, or the leave to have one, and gives it to whoever has waited longest.
  ///
  /// - Returns: Who that is.
  mutating func giveBack(_ kept: Kept?) -> Waiter? {
    guard waiters.isEmpty else {
      let waiter = waiters.removeFirst()
      waiter.grant.withLock { $0 = kept.map(Grant.kept) ?? .new }
      return waiter
    }
    if let kept { idle.append(kept) } else { open -= 1 }
    return nil
  }

  /// - Returns: Whether `waiter` was still waiting.
  mutating func remove(_ waiter: Waiter) -> Bool {
    guard let index = waiters.firstIndex(where: { $0 === waiter }) else { return false }
    waiters.remove(at: index)
    return true
  }
}
