extension CORS {
  /// What goes with every response, errors included. To an origin that is not allowed nothing is said.
  func headers(for request: HTTPRequest) -> [(name: String, value: String)] {
    // Where the answer depends on the origin, a cache has to know, in the answer to a request without one, too.
    let vary = origins.contains("*") ? [] : [(name: "vary", value: "origin")]
    guard let origin = allowedOrigin(of: request) else { return vary }
    return vary + [("access-control-allow-origin", origin), ("access-control-expose-headers", "link")]
  }

  /// What goes with the answer to OPTIONS besides.
  func preflightHeaders(for request: HTTPRequest, methods: String) -> [(name: String, value: String)] {
    guard allowedOrigin(of: request) != nil else { return [] }
    return [
      ("access-control-allow-methods", methods),
      ("access-control-allow-headers", "authorization, content-type"),
      ("access-control-max-age", "\(maximumAge.components.seconds)"),
    ]
  }

  private func allowedOrigin(of request: HTTPRequest) -> String? {
    if origins.contains("*") { return "*" }
    return request.header("origin").flatMap { origins.contains($0) ? $0 : nil }
  }
}
