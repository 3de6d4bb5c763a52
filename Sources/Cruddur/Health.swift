public import LambdaEvents
public import LambdaHTTP
public import LambdaRuntime
public import Postgres

/// Whether the function can do its work.
public struct Health: Sendable {
  /// Whoever asks wants to know soon: a database that takes longer than two seconds is as good as away.
  private static let timeLimit: Duration = .seconds(2) + InvocationContext.margin

  /// A statement of each file of `SQL`, its parameters' values being of the right types.
  static let statements: [Statement] = {
    let (author, draft) = (Author.handle(""), ActivityDraft(message: "", timeToLive: .oneDay))
    let (activity, user) = (UUID(high: 0, low: 0), User(displayName: "", email: nil, handle: "", cognitoUserID: ""))
    return [
      .addActivity(draft, by: author), .addMissingUser(user, handle: ""), .addReply(draft, to: activity, by: author),
      .addUser(user, handle: ""),
      .checkHealth, .feed(from: .newest, limit: 1), .feed(ofUser: "", from: .newest, limit: 1), .findActivity(activity),
      .findProfile(cognitoUserID: ""), .replies(to: activity, from: .newest, limit: 1),
    ]
  }()

  private let database: Pool

  /// Makes the handler, which asks `database`.
  public init(_ database: Pool) {
    self.database = database
  }

  /// `GET /api/health`: 503 while the database is away or only reads, 500 while it lacks what a statement needs, be it a
  /// table, a column, a function or a right.
  ///
  /// All statements are planned, because a list of what they need would be wrong one day; none but the check's own is
  /// executed.
  public func check(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    _ = try await withDatabase(context, within: Health.timeLimit) { deadline throws(PostgresError) in
      try await database.execute(.checkHealth, until: deadline)
      for statement in Health.statements { try await database.execute(statement.explained(), until: deadline) }
    }
    return .json(Array(#"{"status":"ok"}"#.utf8))
  }
}

extension Statement {
  /// `SQL/check-health.sql`
  static var checkHealth: Statement { SQL.checkHealth().idempotent() }
}
