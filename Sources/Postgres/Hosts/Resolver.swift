import Glibc
import Synchronization

/// Finds the addresses of hosts on threads of its own, because getaddrinfo(3) takes no deadline and nothing interrupts
/// it: with a name server that stays silent it takes ten seconds or more.
final class Resolver: Sendable {
  /// Finds a host's addresses, for as long as it takes.
  typealias Lookup = @Sendable (_ host: String) -> Result<[String], PostgresError>

  /// The system's resolver.
  static let system = Resolver(lookup: systemLookup)

  private let lookup: Lookup
  private let pending = Mutex<[String: PendingLookup]>([:])

  /// How many threads there may be, stuck ones included.
  private static let maximumThreads = 8

  init(lookup: @escaping Lookup) {
    self.lookup = lookup
  }

  /// Looks hosts up, all at once. A lookup that is not done by the deadline is a failure of that host's alone; it is left
  /// to itself, and joined by the next who wants the same name. Throws if the flag is raised.
  func addresses(
    of hosts: Set<String>, unless flag: EventFD, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> [String: Result<[String], PostgresError>] {
    var lookups: [String: PendingLookup] = [:]
    var results: [String: Result<[String], PostgresError>] = [:]
    for host in hosts {
      do throws(PostgresError) {
        lookups[host] = try start(host)
      } catch {
        results[host] = .failure(error)
      }
    }
    for (host, lookup) in lookups {
      switch try wait(for: .read, on: lookup.done.descriptor, unless: flag, until: deadline) {
      case .ready, .timedOut:
        // One that is done counts, even if it was another that took all the time.
        results[host] = lookup.result.withLock { $0 } ?? .failure(PostgresError(.nameResolutionTimeout))
      case .interrupted: throw PostgresError(.cancelled)
      }
    }
    return results
  }

  private func start(_ host: String) throws(PostgresError) -> PendingLookup {
    let new = try PendingLookup()
    let joined = try pending.withLock { (pending) throws(PostgresError) -> PendingLookup? in
      if let running = pending[host] { return running }
      guard pending.count < Self.maximumThreads else { throw PostgresError(.nameResolutionTimeout) }
      pending[host] = new
      return nil
    }
    if let joined { return joined }
    let isStarted = DetachedThread.start { [self] in
      finish(new, of: host, with: lookup(host))
    }
    if !isStarted { finish(new, of: host, with: .failure(PostgresError(.outOfResources))) }
    return new
  }

  private func finish(_ lookup: PendingLookup, of host: String, with result: Result<[String], PostgresError>) {
    _ = pending.withLock { $0.removeValue(forKey: host) }
    lookup.result.withLock { $0 = result }
    lookup.done.raise()
  }
}

/// A lookup that any number of connections may wait for.
private final class PendingLookup: Sendable {
  /// Raised once, for good.
  let done: EventFD
  let result = Mutex<Result<[String], PostgresError>?>(nil)

  init() throws(PostgresError) {
    done = try EventFD()
  }
}
