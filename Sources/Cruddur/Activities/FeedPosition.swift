import Postgres

/// A place in a feed, between two activities: the cursor of a page that begins there.
///
/// It stays right however many activities are added or end meanwhile.
struct FeedPosition: Sendable, Equatable, LosslessStringConvertible {
  /// Before every activity: where the first page begins.
  static let newest = FeedPosition(
    createdAt: Timestamp(microsecondsSinceEpoch: lastMicrosecond), uuid: UUID(high: .max, low: .max))

  /// 9999-12-31T23:59:59.999999Z. What is beyond may be beyond PostgreSQL, too.
  private static let lastMicrosecond: Int64 = 253_402_300_799_999_999

  /// When the last activity of the page before was made.
  let createdAt: Timestamp
  /// Its id, for several may have been made in the same instant.
  let uuid: UUID

  init(createdAt: Timestamp, uuid: UUID) {
    self.createdAt = createdAt
    self.uuid = uuid
  }

  /// Reads what ``description`` wrote; nil for anything else.
  init?(_ description: String) {
    let parts = description.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let microseconds = Int64(parts[0]), let uuid = UUID(String(parts[1])),
      (0...FeedPosition.lastMicrosecond).contains(microseconds)
    else { return nil }
    self.init(createdAt: Timestamp(microsecondsSinceEpoch: microseconds), uuid: uuid)
    // A sign, a leading zero and capital letters are read, too, but were not written.
    guard self.description == description else { return nil }
  }

  /// Text that needs no escapes in a URL; clients take it as it is.
  var description: String { "\(createdAt.microsecondsSinceEpoch).\(uuid)" }
}
