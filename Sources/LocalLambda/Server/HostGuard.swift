/// Keeps other web sites out of a server on this machine.
///
/// A browser sends what a page of any site asks it to, to 127.0.0.1 as well, and a site's name may be made to resolve to
/// that address (DNS rebinding). Both show in the request's `Origin` and `Host`:
/// <https://owasp.org/www-community/attacks/csrf>.
struct HostGuard {
  /// The port that the request came in on.
  let port: Int

  /// Whether a request is meant for this server, and comes from its own page or from no page.
  func admits(_ call: HTTPCall) -> Bool {
    guard let host = call.header("host"), authorities.contains(host.lowercased()) else { return false }
    guard let origin = call.header("origin") else { return true }
    return authorities.contains { "http://\($0)" == origin.lowercased() }
  }

  private var authorities: [String] {
    // A browser leaves the port of the scheme out.
    ["127.0.0.1", "localhost"].flatMap { port == 80 ? [$0, "\($0):80"] : ["\($0):\(port)"] }
  }
}
