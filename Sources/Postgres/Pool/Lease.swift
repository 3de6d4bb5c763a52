/// A connection borrowed from a pool.
struct Lease {
  var connection: Connection
  /// When the connection was given back last, in seconds since the Unix epoch; nil where it is new.
  let idleSince: Int?

  var isKept: Bool { idleSince != nil }
}
