/// Keeps other web sites out of a server on this machine.
///
/// A browser sends what a page of any site asks it to, to 127.0.0.1 as well, and a site's name may be made to resolve to
/// that address (DNS rebinding). Both show in the request's `Origin` and `Host`:
/// <https://owasp.org/www-community/attacks/csrf>.
struct HostGuard {
  /// The port that the request came in on.
  let port: Int
  /// What else the server goes by, `host` or `host:port` in lower case: whoever forwards the port to it may keep the
  /// browser's `Host`, or say its own, but the page's `Origin` is the browser's, and mostly of HTTPS.
  var allowedHosts: Set<String> = []

  /// Another site cannot read it; whoever forwards the port can, on the page.
  static let refusal = HTTPResponse.message(
    "Forbidden: the Host or the Origin is not this server's own. Where you forward its port, allow the host: --allow-host.",
    status: 403)

  /// Whether a request is meant for this server, and comes from its own page or from no page.
  func admits(_ call: HTTPCall) -> Bool {
    guard let host = call.header("host")?.lowercased(), ownHosts.contains(host) || allowedHosts.contains(host) else {
      return false
    }
    guard let origin = call.header("origin")?.lowercased() else { return true }
    return ownHosts.contains { "http://\($0)" == origin }
      || allowedHosts.contains { "https://\($0)" == origin || "http://\($0)" == origin }
  }

  private var ownHosts: [String] {
    // A browser leaves the port of the scheme out.
    ["127.0.0.1", "localhost"].flatMap { port == 80 ? [$0, "\($0):80"] : ["\($0):\(port)"] }
  }
}
