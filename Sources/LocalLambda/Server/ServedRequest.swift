/// A request that a ``LocalServer`` answered.
public struct ServedRequest: Sendable {
  /// The HTTP method.
  public let method: String
  /// The path as it was sent, without its query.
  public let path: String
  /// The status of the answer.
  public let status: Int
  /// The time from the request's head to its answer.
  public let duration: Duration
}
