extension Pool {
  /// What a pool has at one moment, and what it has done until then.
  public struct Statistics: Hashable, Sendable {
    /// The most connections that there may be at a time.
    public let limit: Int
    /// Leases that somebody has: each is a connection in use, or one that is being opened or closed.
    public internal(set) var leased = 0
    /// Open connections that nobody uses.
    public internal(set) var idle = 0
    /// Tasks in the queue for a lease.
    public internal(set) var waiting = 0
    /// Connections opened since the pool was made.
    public internal(set) var opened = 0
    /// Connections closed since the pool was made, because they were broken, in a transaction, too old or
    /// given up.
    public internal(set) var closed = 0
    /// Tasks that have waited in vain until their deadline since the pool was made.
    public internal(set) var timedOut = 0

    /// Connections that are open, in use or not; never more than ``limit``.
    public var open: Int { opened - closed }
  }
}
