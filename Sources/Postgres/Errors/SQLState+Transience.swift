extension SQLState {
  /// Whether the server may well take the same statement at another time: it gave way to another transaction, was out of
  /// resources, was interrupted or is about to end, or only reads after a failover.
  public var isTransient: Bool {
    switch self {
    case .lockNotAvailable, .readOnlySQLTransaction: true
    default: ["40", "53", "57"].contains { rawValue.hasPrefix($0) }
    }
  }
}
