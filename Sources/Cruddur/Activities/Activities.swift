public import Postgres

/// The `activities` table. An activity is JSON as PostgreSQL makes it, from here to the client.
public struct Activities: Sendable {
  private let database: Pool

  /// Makes a view of the table in `database`.
  public init(_ database: Pool) {
    self.database = database
  }

  /// What came of adding a reply.
  enum ReplyAddition: Sendable, Equatable {
    case added([UInt8])
    case noAuthor
    case noActivity
  }

  /// Adds an activity. Nil where the author is no user.
  func add(
    _ draft: ActivityDraft, by author: Author, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [UInt8]? {
    try await database.value(.addActivity(draft, by: author), as: [UInt8].self, until: deadline)
  }

  /// Adds a reply to an activity that has not expired, and counts it there.
  func add(
    _ draft: ActivityDraft, inReplyTo activity: UUID, by author: Author, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> ReplyAddition {
    let rows = try await database.execute(.addReply(draft, to: activity, by: author), until: deadline)
    guard let row = rows.first, try row["has_author"] else { return .noAuthor }
    return try row["activity", as: [UInt8]?.self].map(ReplyAddition.added) ?? .noActivity
  }

  /// Nil where there is no such activity, or none any more.
  func find(_ uuid: UUID, until deadline: ContinuousClock.Instant) async throws(PostgresError) -> [UInt8]? {
    try await database.value(.findActivity(uuid), as: [UInt8].self, until: deadline)
  }

  /// What all users say.
  func feed(
    from position: FeedPosition, limit: Int, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> FeedPage {
    try await FeedPage(database.execute(.feed(from: position, limit: limit + 1), until: deadline), limit: limit)
  }

  /// What one user says. Nil where there is no such user.
  func feed(
    ofUser handle: String, from position: FeedPosition, limit: Int, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> FeedPage? {
    try await page(.feed(ofUser: handle, from: position, limit: limit + 1), limit: limit, until: deadline)
  }

  /// The replies to an activity. Nil where there is no such activity, or none any more.
  func replies(
    to activity: UUID, from position: FeedPosition, limit: Int, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> FeedPage? {
    try await page(.replies(to: activity, from: position, limit: limit + 1), limit: limit, until: deadline)
  }

  /// A page of what belongs to one thing; nil where there is no such thing, which is told by no row.
  private func page(
    _ statement: Statement, limit: Int, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> FeedPage? {
    let rows = try await database.execute(statement, until: deadline)
    return rows.isEmpty ? nil : try FeedPage(rows, limit: limit)
  }
}
