public import LambdaRuntime
public import Postgres

/// What the application is told by its environment, read once at the start.
public struct Configuration: Sendable {
  /// Where the database is, from `CONNECTION_URL`, and from libpq's own `PG…` variables for what the URL leaves open.
  public let database: ConnectionConfiguration

  /// Reads the environment.
  ///
  /// - Throws: `ConfigurationError`, which names the variable but never holds its value: a connection URL has a password.
  public init(_ environment: Environment) throws(ConfigurationError) {
    // libpq takes a blank string for "all defaults", which is nobody's intention here.
    guard let url = environment["CONNECTION_URL"], !url.allSatisfy(\.isWhitespace) else {
      throw ConfigurationError("CONNECTION_URL is not set: it has to be a PostgreSQL connection URL.")
    }
    do throws(PostgresError) {
      database = try ConnectionConfiguration(url)
    } catch {
      throw ConfigurationError("CONNECTION_URL, with libpq's PG variables, is no way to connect: \(error)")
    }
  }
}
