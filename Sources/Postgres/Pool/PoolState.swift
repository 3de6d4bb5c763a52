/// What a lease is made of: a connection that was kept, or the right to open one.
enum Grant: Sendable {
  case kept(PooledConnection)
  case permit
}

/// A connection on its way from one user to the next, and its times by the realtime clock, which goes on while the
/// process is frozen.
///
/// `Connection` is not `Sendable`, because only one task may use it. This is, because whoever hands it on does not use it
/// any more.
struct PooledConnection: @unchecked Sendable {
  let connection: Connection
  let opened: Timestamp
  /// The generation of the pool that it was opened in, see ``PoolState/generation``.
  let generation: Int
  var lastUsed: Timestamp
}

/// Who has which connection, and who waits: a value, changed under the pool's lock. What is to be resumed is returned,
/// to be resumed outside of it.
struct PoolState {
  typealias Ticket = Int
  typealias Continuation = CheckedContinuation<Result<Grant, PostgresError>, Never>

  /// A waiter who has got an answer. An object, because there seldom is one, and each lease that comes back would carry the
  /// room for it.
  final class Resumption: Sendable {
    private let continuation: Continuation
    private let result: Result<Grant, PostgresError>

    init(_ continuation: Continuation, _ result: Result<Grant, PostgresError>) {
      self.continuation = continuation
      self.result = result
    }

    func resume() {
      continuation.resume(returning: result)
    }
  }

  /// Connections kept and not in use, the last used at the end.
  private var idle: [PooledConnection] = []
  /// Connections that may still be opened.
  private var permits: Int
  /// Begins anew when all connections are given up: those of an earlier one are not taken back.
  private(set) var generation = 0
  private var queue: [(ticket: Ticket, continuation: Continuation)] = []
  private var lastTicket = 0
  private var totals: Pool.Statistics

  init(limit: Int) {
    permits = limit
    totals = Pool.Statistics(limit: limit)
  }

  var statistics: Pool.Statistics {
    var statistics = totals
    statistics.leased = totals.limit - permits - idle.count
    statistics.idle = idle.count
    statistics.waiting = queue.count
    return statistics
  }

  mutating func noteOpening() { totals.opened += 1 }

  mutating func noteClosing() { totals.closed += 1 }

  /// A lease, if one can be had without waiting. There is none while somebody waits.
  mutating func take() -> Grant? {
    if let last = idle.popLast() { return .kept(last) }
    guard permits > 0 else { return nil }
    permits -= 1
    return .permit
  }

  /// Takes a lease back, and hands it to the first in the queue.
  mutating func giveBack(_ connection: PooledConnection?) -> Resumption? {
    guard queue.isEmpty else {
      return Resumption(queue.removeFirst().continuation, .success(connection.map(Grant.kept) ?? .permit))
    }
    if let connection { idle.append(connection) } else { permits += 1 }
    return nil
  }

  /// Takes a lease and its connection back, unless all were given up since it was asked for: then it is to be closed.
  mutating func keep(_ connection: PooledConnection) -> (isKept: Bool, resumption: Resumption?) {
    guard connection.generation == generation else { return (false, nil) }
    return (true, giveBack(connection))
  }

  /// Gives all connections up, and returns those that nobody uses, to be closed. Each is a lease until it comes back.
  mutating func giveUp() -> [PooledConnection] {
    generation += 1
    defer { idle = [] }
    return idle
  }

  mutating func makeTicket() -> Ticket {
    lastTicket += 1
    return lastTicket
  }

  /// Puts a waiter at the end of the queue, unless a lease has become free meanwhile.
  mutating func enqueue(_ ticket: Ticket, _ continuation: Continuation) -> Resumption? {
    if let grant = take() { return Resumption(continuation, .success(grant)) }
    queue.append((ticket, continuation))
    return nil
  }

  /// Takes a waiter out of the queue; nil if it has got its lease already.
  mutating func leave(_ ticket: Ticket, _ error: PostgresError) -> Resumption? {
    guard let index = queue.firstIndex(where: { $0.ticket == ticket }) else { return nil }
    if error.reason == .poolTimeout { totals.timedOut += 1 }
    return Resumption(queue.remove(at: index).continuation, .failure(error))
  }
}
