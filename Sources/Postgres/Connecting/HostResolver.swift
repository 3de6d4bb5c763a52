import Glibc
import Synchronization

/// Finds the addresses of host names without ever blocking its caller past a deadline.
///
/// getaddrinfo(3) has no time limit of its own, and a name server that never answers holds it for ten seconds and more. So it has a thread of its own;
/// whoever comes for the same name while one is stuck waits for the same answer, so that there are never more threads than names.
final class HostResolver: Sendable {
  /// The system's own name service.
  static let system = HostResolver(lookUp: HostResolver.systemAddresses)

  private let lookUp: @Sendable (String) -> [String]
  private let running = Mutex<[String: Lookup]>([:])

  init(lookUp: @escaping @Sendable (String) -> [String]) {
    self.lookUp = lookUp
  }

  /// The numeric addresses of a host, none where there are none.
  ///
  /// - Throws: `.connectTimeout`, `.cancelled` where `event` was signalled, `.resources`.
  func addresses(
    of host: String, until deadline: ContinuousClock.Instant, or event: EventDescriptor
  ) throws(PostgresError) -> [String] {
    let lookup = try start(host)
    switch wait(for: .readable, on: lookup.isDone.descriptor, or: event, until: deadline) {
    case .ready: return lookup.addresses.withLock { $0 }
    case .interrupted: throw PostgresError(.cancelled)
    case .timedOut:
      throw PostgresError(.connectTimeout, explanation: "the name of the database's host was not resolved in time")
    }
  }

  /// The lookup of a name, which may be on its way already.
  private func start(_ host: String) throws(PostgresError) -> Lookup {
    let new = try Lookup()
    let lookup = running.withLock { running in
      if let lookup = running[host] { return lookup }
      running[host] = new
      return new
    }
    guard lookup === new else { return lookup }
    let isStarted = Thread.detach { [self] in
      let found = lookUp(host)
      lookup.addresses.withLock { $0 = found }
      running.withLock { $0[host] = nil }
      lookup.isDone.signal()
    }
    if !isStarted {
      running.withLock { $0[host] = nil }
      // Whoever has joined meanwhile gets no address, and tries again with the next event.
      lookup.isDone.signal()
      throw PostgresError(.resources)
    }
    return lookup
  }

  private final class Lookup: Sendable {
    let addresses = Mutex<[String]>([])
    /// Signalled once and never reset: however many wait, all see it.
    let isDone: EventDescriptor

    init() throws(PostgresError) {
      isDone = try EventDescriptor()
    }
  }

  /// See <https://man7.org/linux/man-pages/man3/getaddrinfo.3.html>.
  private static func systemAddresses(_ host: String) -> [String] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let entry = next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let length = socklen_t(text.count)
      if getnameinfo(entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 {
        let address = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        if !addresses.contains(address) { addresses.append(address) }
      }
      next = entry.pointee.ai_next
    }
    return addresses
  }
}
