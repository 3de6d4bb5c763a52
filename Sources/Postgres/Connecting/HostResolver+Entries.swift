extension HostResolver {
  /// The same places, each with an address where it takes one: a name with several addresses becomes as many places, as with libpq.
  ///
  /// One name that takes its time leaves the others theirs: each has an equal part of what is left.
  ///
  /// - Throws: `.hostNotFound` where no place is left; what kept the last name from being resolved, where that is another reason.
  func resolve(
    _ entries: [HostEntry], until deadline: ContinuousClock.Instant, or event: EventDescriptor
  ) throws(PostgresError) -> [HostEntry] {
    var resolved: [HostEntry] = []
    var failure = PostgresError(.hostNotFound)
    var unresolved = entries.count { $0.needsAddress }
    for entry in entries {
      guard entry.needsAddress else {
        resolved.append(entry)
        continue
      }
      let now = ContinuousClock.now
      let end = now + now.duration(to: deadline) / unresolved
      unresolved -= 1
      do throws(PostgresError) {
        for address in try addresses(of: entry.host, until: end, or: event) {
          resolved.append(HostEntry(host: entry.host, address: address, port: entry.port))
        }
      } catch {
        if error.reason == .cancelled { throw error }
        failure = error
      }
    }
    if resolved.isEmpty { throw failure }
    return resolved
  }
}

extension [HostEntry] {
  /// The places as libpq's three lists.
  var parameters: [(keyword: String, value: String)] {
    let host = map(\.host).joined(separator: ",")
    let address = map(\.address).joined(separator: ",")
    let port = map(\.port).joined(separator: ",")
    // A list of nothing but commas names as many empty places, each of them libpq's default.
    return [("host", host), ("hostaddr", allSatisfy(\.address.isEmpty) ? "" : address), ("port", port)]
  }
}
