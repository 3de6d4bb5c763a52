import Postgres

/// A page of a feed.
struct FeedPage: Sendable {
  /// A JSON array of activities, newest first.
  let activities: [UInt8]
  /// Where the next page begins; nil where this is the last one.
  let next: FeedPosition?

  /// Takes the first `limit` of the rows, of which there are more if there is another page. Each is JSON already.
  init(_ rows: Rows, limit: Int) throws(PostgresError) {
    var bytes = [UInt8(ascii: "[")]
    // Most have some four hundred bytes.
    bytes.reserveCapacity(min(rows.count, limit) * 512 + 2)
    for row in rows.prefix(limit) where try row.append("activity", to: &bytes) { bytes.append(UInt8(ascii: ",")) }
    if bytes.last == UInt8(ascii: ",") { bytes.removeLast() }
    bytes.append(UInt8(ascii: "]"))
    activities = bytes
    guard rows.count > limit, let last = rows.prefix(limit).last else {
      next = nil
      return
    }
    next = FeedPosition(createdAt: try last["created_at"], uuid: try last["uuid"])
  }
}
