/// A fault that the Runtime API commits on purpose, so that a test can see what a runtime makes of it.
public struct Fault: Sendable, Equatable {
  /// What happens instead of the answer.
  public enum Kind: Sendable, Equatable {
    /// The call is not taken, and answered with this HTTP status.
    case status(Int)
    /// The connection is closed without an answer; `taken` says whether the call has taken effect before.
    case disconnect(taken: Bool)
  }

  /// The call that it befalls.
  public let route: Route
  /// What happens.
  public let kind: Kind
  /// How many calls it befalls.
  public let times: Int

  /// A fault that answers the next `times` calls of `route` with `status`.
  public init(route: Route, status: Int, times: Int = 1) {
    self.init(route: route, kind: .status(status), times: times)
  }

  /// A fault of any kind.
  public init(route: Route, kind: Kind, times: Int = 1) {
    self.route = route
    self.kind = kind
    self.times = times
  }
}
