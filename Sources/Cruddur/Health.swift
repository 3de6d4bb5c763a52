public import LambdaEvents
public import LambdaRuntime
public import Postgres

/// Whether the function can do its work.
public struct Health: Sendable {
  /// Whoever asks wants to know soon: a database that takes longer is as good as away.
  private static let timeLimit: Duration = .seconds(3)

  private let database: Pool

  /// Makes the handler, which asks `database`.
  public init(_ database: Pool) {
    self.database = database
  }

  /// `GET /api/health`: 503 while the database is away, 500 while it lacks the tables.
  public func check(
    _ request: HTTPRequest, _ parameters: PathParameters, _ context: InvocationContext
  ) async throws -> HTTPResponse {
    _ = try await withDatabase(context, within: Health.timeLimit) { deadline throws(PostgresError) in
      try await database.execute(.checkHealth, until: deadline)
    }
    return .json(Array(#"{"status":"ok"}"#.utf8))
  }
}

extension Statement {
  /// `SQL/check-health.sql`
  static var checkHealth: Statement { SQL.checkHealth([:]).idempotent() }
}
