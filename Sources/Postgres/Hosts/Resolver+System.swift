import Glibc

extension Resolver {
  /// [getaddrinfo(3)](https://man7.org/linux/man-pages/man3/getaddrinfo.3.html), asked as libpq asks it.
  @Sendable static func systemLookup(_ host: String) -> Result<[String], PostgresError> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    guard status == 0 else { return .failure(PostgresError(lookupStatus: status)) }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let info = next?.pointee {
      if let address = numericAddress(info) { addresses.append(address) }
      next = info.ai_next
    }
    return addresses.isEmpty ? .failure(PostgresError(.hostNotFound)) : .success(addresses)
  }

  private static func numericAddress(_ info: addrinfo) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
      let status = getnameinfo(
        info.ai_addr, info.ai_addrlen, text.baseAddress, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      return status == 0 ? text.baseAddress.map { String(cString: $0) } : nil
    }
  }
}

extension PostgresError {
  /// Says why getaddrinfo found nothing. A name server that fails now may answer a moment later.
  init(lookupStatus status: CInt) {
    self.init(.hostNotFound)
    details.debugMessage = String(cString: gai_strerror(status))
    details.isPassing = status == EAI_AGAIN
  }
}
