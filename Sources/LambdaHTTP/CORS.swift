import LambdaEvents

/// Which pages of other origins a browser lets use the API.
///
/// An HTTP API or function URL with a CORS configuration of its own answers preflights itself and writes over what the
/// function says: use one or the other. Source: <https://fetch.spec.whatwg.org/#http-cors-protocol>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>.
public struct CORS: Sendable {
  /// The origins, such as `https://example.com`, compared exactly; `*` for all.
  public var origins: Set<String>

  /// How long a browser may remember which methods and headers a path allows. Browsers have limits of their own.
  public var maximumAge: Duration

  /// Makes a policy. Requests may carry the headers `authorization` and `content-type`, and pages may read `link`.
  public init(origins: Set<String>, maximumAge: Duration = .seconds(3_600)) {
    self.origins = origins
    self.maximumAge = maximumAge
  }
}

extension CORS {
  /// What goes with every response, errors included. To an origin that is not allowed nothing is said.
  func headers(for request: HTTPRequest) -> [(name: String, value: String)] {
    // Where the response depends on the origin, a cache has to know, in the response to a request without one, too.
    let origin = allowedOrigin(of: request)
    var headers = origin == "*" ? [] : [(name: "vary", value: "origin")]
    if let origin { headers += [("access-control-allow-origin", origin), ("access-control-expose-headers", "link")] }
    return headers
  }

  /// What goes with the response to OPTIONS besides.
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
