/// A fault that the Runtime API commits on purpose, so that a test can see what a runtime makes of it.
public struct Fault: Sendable, Equatable {
  /// What happens instead of the response.
  public enum Kind: Sendable, Equatable {
    /// The call is not taken, and answered with this HTTP status.
    case status(Int)
    /// The connection is closed without a response; `taken` says whether the call has taken effect before.
    case disconnect(taken: Bool)
    /// The call is taken, and of its response's body so many bytes are sent; then the connection is closed.
    case brokenOff(afterBytes: Int)
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
/// The faults still to be committed, in the order in which they were asked for.
struct FaultPlan {
  private var remaining: [(fault: Fault, times: Int)] = []

  mutating func add(_ fault: Fault) {
    remaining.append((fault, fault.times))
  }

  /// The fault that befalls this call of `route`, which counts as committed.
  mutating func take(for route: Route) -> Fault.Kind? {
    remaining.removeAll { $0.times <= 0 }
    guard let index = remaining.firstIndex(where: { $0.fault.route == route }) else { return nil }
    remaining[index].times -= 1
    return remaining[index].fault.kind
  }
}
