/// A file that a ``LocalServer`` sends as it is.
public struct StaticFile: Sendable {
  /// What `Content-Type` says.
  public let contentType: String
  /// The file's bytes.
  public let content: [UInt8]

  /// Makes a file to be sent.
  public init(contentType: String, content: [UInt8]) {
    self.contentType = contentType
    self.content = content
  }

  /// A page may load from here alone, and nobody may frame it; see
  /// <https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy>.
  private static let contentSecurityPolicy = """
    default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'
    """

  func answer(to call: HTTPCall) -> Answer {
    guard call.method == "GET" || call.method == "HEAD" else { return .methodNotAllowed(allowed: "GET, HEAD") }
    let headers = [
      "content-type": contentType, "content-security-policy": Self.contentSecurityPolicy, "cache-control": "no-store",
      "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    ]
    return Answer(status: 200, headers: headers, body: content)
  }
}
