extension EventRouter {
  /// Hands HTTP requests to a router of their own, in the place of an earlier one.
  public mutating func on(_ http: HTTPRouter) {
    self.http = http
  }
}
