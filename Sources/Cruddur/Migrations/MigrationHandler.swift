import JSON
import LambdaEvents
public import LambdaRuntime
public import Postgres

/// Brings the database's tables up to date, and makes the application's role.
///
/// It connects to the database itself, not through RDS Proxy, which would keep the session for it because of the lock.
public struct MigrationHandler: Handler {
  /// The most that Lambda allows, for a large table may take its time; the function's own timeout is what counts.
  ///
  /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
  private static let timeLimit: Duration = .seconds(900)

  private let database: ConnectionConfiguration

  /// Makes the handler of the migrations of `database`. Nothing is connected to before the first event.
  public init(_ database: ConnectionConfiguration) {
    self.database = database
  }

  /// Handles `{}`, or a secret as RDS manages it, `{"username":"…","password":"…"}`, which is used for this event alone.
  ///
  /// - Returns: `{"applied":["002-activities"],"current":"002-activities"}`, `applied` being what this event did,
  ///   and with `remarks`, an array of sentences, where that has changed what users had.
  /// - Throws: `EventError`, `ConfigurationError` where there are two passwords, ``DatabaseFailure``, or an error that
  ///   names the migration in which the database and the program differ.
  public func handle(_ invocation: Invocation) async throws -> Response {
    let secret = try MasterSecret(event: invocation.payload)
    let context = invocation.context
    let migrator = Migrator(database: .migrating(try configuration(secret)))
    let report = try await migrator.run(
      until: context.deadline(within: Self.timeLimit), logger: context.logger)
    let response = JSONWriter.object { object in
      object.array("applied") { array in
        for name in report.applied { array.add(name) }
      }
      object.add("current", migrator.migrations.last?.name)
      guard !report.remarks.isEmpty else { return }
      object.array("remarks") { array in
        for remark in report.remarks { array.add(remark) }
      }
    }
    return .bytes(response)
  }

  private func configuration(_ secret: MasterSecret?) throws -> ConnectionConfiguration {
    guard let secret else { return database }
    guard !database.hasPassword else {
      throw ConfigurationError(
        """
        The event has a password, and so has CONNECTION_URL, PGPASSWORD, DATABASE_SECRET_ID or DATABASE_IAM_AUTH: leave one \
        out.
        """)
    }
    return database.withCredentials(try LoginCredentials(user: secret.user, password: secret.password))
  }
}
