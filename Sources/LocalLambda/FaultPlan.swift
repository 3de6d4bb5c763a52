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
