import Glibc

/// One place to connect to: an entry of libpq's lists `host`, `hostaddr` and `port`.
///
/// Source: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS>.
struct HostEntry: Sendable, Equatable {
  /// A name, a numeric address, or the folder of a Unix socket; empty: libpq's default folder.
  var host: String

  /// A numeric address; empty: the host has to do.
  var address: String

  /// Empty: libpq's default.
  var port: String

  /// Reads libpq's three lists.
  ///
  /// - Throws: `.configuration` where they do not fit each other, or a port is none.
  static func list(hosts: String?, addresses: String?, ports: String?) throws(PostgresError) -> [HostEntry] {
    let hosts = split(hosts)
    let addresses = split(addresses)
    let ports = split(ports)
    let count = max(hosts.count, addresses.count, 1)
    guard hosts.isEmpty || addresses.isEmpty || hosts.count == addresses.count else {
      throw .unusable("host and hostaddr have to name as many places")
    }
    guard ports.count <= 1 || ports.count == count else {
      throw .unusable("port has to name one port, or one for each host")
    }
    for port in ports where !port.isEmpty {
      guard let number = UInt16(port.trimmingSpaces), number > 0 else { throw .unusable("port has to be from 1 to 65535") }
    }
    return (0..<count).map { index in
      HostEntry(
        host: hosts.isEmpty ? "" : hosts[index], address: addresses.isEmpty ? "" : addresses[index],
        port: ports.count > 1 ? ports[index] : ports.first ?? "")
    }
  }

  /// Whether it takes the name service to find this place.
  var needsAddress: Bool {
    guard address.isEmpty, let first = host.first, first != "/", first != "@" else { return false }
    var address = in6_addr()
    // An IPv6 address may end in %, and the name of a network interface.
    return inet_pton(AF_INET, host, &address) != 1 && !host.contains(":")
  }

  private static func split(_ list: String?) -> [String] {
    guard let list, !list.isEmpty else { return [] }
    return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

extension String {
  fileprivate var trimmingSpaces: Substring {
    guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else { return "" }
    return self[first...last]
  }
}
