import Glibc

/// A server to try, in libpq's three parallel lists; what is not given is empty.
struct HostEntry: Hashable {
  var host: String
  var address: String
  var port: String

  /// Whether libpq would resolve the host's name itself, and block for as long as that takes.
  var needsResolving: Bool { address.isEmpty && !isSocket && !isNumericAddress(host) }

  /// Whether it is a Unix-domain socket, which libpq's default is, too.
  var isSocket: Bool { address.isEmpty && (host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@")) }

  /// Whether what is sent there stays on this machine: over a socket, or to a loopback address. Another host's name
  /// beside one says that a tunnel begins there.
  var isLocal: Bool { isSocket || [host, address].allSatisfy { $0.isEmpty || isLoopback($0) } }

  /// The port as a number.
  var portNumber: UInt16 { UInt16(port.filter { !$0.isWhitespace }) ?? 5432 }
}

/// Servers to try, in order: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS>.
struct HostList: Hashable {
  private(set) var entries: [HostEntry]

  /// Reads the parameters `host`, `hostaddr` and `port`, each a list divided by commas. As libpq has it, there is an
  /// entry for each address or, without any, for each host, and one port may serve all.
  init(host: String?, hostaddr: String?, port: String?) throws(PostgresError) {
    func elements(_ list: String?) -> [String]? {
      list?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let addresses = elements(hostaddr)
    let hosts = elements(host)
    let ports = elements(port) ?? [""]
    let count = addresses?.count ?? hosts?.count ?? 1
    guard hosts.map({ $0.count == count }) ?? true else {
      throw PostgresError(.configuration, "The connection parameters host and hostaddr differ in length.")
    }
    guard ports.count == count || ports.count == 1 else {
      throw PostgresError(.configuration, "The connection parameters host and port differ in length.")
    }
    // libpq finds out only when it connects.
    guard addresses?.allSatisfy({ $0.isEmpty || isNumericAddress($0) }) ?? true else {
      throw PostgresError(invalidConnectionParameter: "hostaddr")
    }
    guard ports.allSatisfy(isPort) else { throw PostgresError(invalidConnectionParameter: "port") }
    entries = (0..<count).map { index in
      HostEntry(
        host: hosts?[index] ?? "", address: addresses?[index] ?? "", port: ports.count == 1 ? ports[0] : ports[index])
    }
  }

  /// A list of one place.
  init(entry: HostEntry) {
    entries = [entry]
  }

  /// The same places in random order.
  func shuffled() -> HostList {
    var list = self
    list.entries.shuffle()
    return list
  }

  /// The names that have to be resolved.
  var names: Set<String> { Set(entries.lazy.filter(\.needsResolving).map(\.host)) }

  /// The list with an entry for each address of a name, and none for a name that has no address; throws if that leaves
  /// nothing. The name stays beside the address: certificates and the password file are about names.
  func resolved(with lookups: [String: Result<[String], PostgresError>]) throws(PostgresError) -> HostList {
    var list = self
    var failure = PostgresError(.hostNotFound)
    list.entries = []
    for entry in entries {
      switch entry.needsResolving ? lookups[entry.host] : nil {
      case .success(let addresses):
        list.entries += addresses.map { HostEntry(host: entry.host, address: $0, port: entry.port) }
      case .failure(let error):
        failure = error
      case nil:
        list.entries.append(entry)
      }
    }
    if list.entries.isEmpty { throw failure }
    return list
  }

  /// The list as libpq's parameters. A port is always there, so that libpq takes none of its own defaults.
  var parameters: [ConninfoParameter] {
    func parameter(_ keyword: String, _ element: (HostEntry) -> String) -> ConninfoParameter {
      ConninfoParameter(keyword: keyword, value: entries.map(element).joined(separator: ","))
    }
    return [
      parameter("host", \.host), parameter("hostaddr", \.address),
      parameter("port") { $0.port.isEmpty ? String($0.portNumber) : $0.port },
    ]
  }

  private static let noPlace = ["host", "hostaddr", "port"].map { ConninfoParameter(keyword: $0, value: "") }

  /// Throws if a place has no host or no address, and libpq would take that of its defaults: what an array has no value for,
  /// it looks up in the environment and the service.
  func checkGaps(in own: [ConninfoParameter], completed: [ConninfoParameter]) throws(PostgresError) {
    let gaps = [
      ("host", entries.contains(where: \.host.isEmpty)),
      ("hostaddr", entries.contains { $0.address.isEmpty && !$0.needsResolving }),
    ]
    for (keyword, hasGap) in gaps where hasGap && completed[keyword] != nil {
      let defaults = own[keyword] == nil ? completed : try own.setting(Self.noPlace).completedByLibPQ()
      guard defaults[keyword] == nil else {
        throw PostgresError(
          .configuration,
          "The connection parameter \(keyword) has an empty element, which would be that of libpq's default.")
      }
    }
  }
}

/// Whether libpq takes it for a port; an empty one is the default.
private func isPort(_ text: String) -> Bool {
  let digits = text.filter { !$0.isWhitespace }
  return text.isEmpty || UInt16(digits).map { $0 > 0 } ?? false
}

private func isNumericAddress(_ host: String) -> Bool {
  withNumericAddress(host) { _ in true } ?? false
}

/// Whether it is `localhost`, an address of 127.0.0.0/8, or `::1`.
private func isLoopback(_ host: String) -> Bool {
  if host.lowercased() == "localhost" { return true }
  let isLoopback = withNumericAddress(host) { address in
    switch CInt(address.pointee.sa_family) {
    case AF_INET:
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        UInt32(bigEndian: $0.pointee.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
      }
    case AF_INET6:
      address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
      }
    default: false
    }
  }
  return isLoopback ?? false
}

/// Reads an address in any form that getaddrinfo(3) takes without asking anybody; nil if it is none.
private func withNumericAddress<Value>(_ host: String, _ body: (UnsafeMutablePointer<sockaddr>) -> Value) -> Value? {
  var hints = addrinfo()
  hints.ai_flags = AI_NUMERICHOST
  var list: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(host, nil, &hints, &list) == 0 else { return nil }
  defer { freeaddrinfo(list) }
  return list?.pointee.ai_addr.map(body)
}
