import Hummingbird

extension HTTPCall {
  /// Takes the head of a request over, and its body, which was read before.
  init(_ request: Request, body: [UInt8]) {
    // The target as it came: Hummingbird's URI would make a host of what follows two slashes.
    let target = request.head.path ?? ""
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var headers = request.headers.map { Header(name: $0.name.canonicalName, value: $0.value) }
    // HTTP types keeps it apart.
    if let host = request.head.authority { headers.append(Header(name: "host", value: host)) }
    self.init(
      method: request.method.rawValue, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
      headers: headers, body: body)
  }
}
