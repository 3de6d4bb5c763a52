/// A request that the Runtime API received, and what it answered.
public struct Exchange: Sendable, Equatable {
  /// The HTTP method.
  public let method: String
  /// The path as it was sent.
  public let path: String
  /// The request's headers, with lower-case names; those of one name are joined with ", ".
  public let headers: [String: String]
  /// How many bytes of a body arrived.
  public let bodySize: Int
  /// The HTTP status of the answer: nil while the call waits for one, and for ever where a ``Fault`` closed the
  /// connection.
  public internal(set) var status: Int?

  init(_ request: HTTPCall) {
    method = request.method
    path = request.path
    headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { "\($0), \($1)" }
    bodySize = request.bodySize
  }
}
