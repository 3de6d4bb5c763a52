import LambdaRuntime
import Postgres
import RDS

extension Configuration {
  /// Where the database is, and how to log in there.
  static func database(_ environment: Environment) throws(ConfigurationError) -> ConnectionConfiguration {
    // libpq takes a blank string for "all defaults", which is nobody's intention here.
    guard let url = environment["CONNECTION_URL"], !url.allSatisfy(\.isWhitespace) else {
      throw ConfigurationError("CONNECTION_URL is not set: it has to be a PostgreSQL connection URL.")
    }
    let tokens = try authenticationTokens(environment)
    do throws(PostgresError) {
      return try ConnectionConfiguration(url, credentials: tokens)
    } catch {
      let variables = tokens == nil ? "libpq's PG variables" : "DATABASE_IAM_AUTH=1 and libpq's PG variables"
      throw ConfigurationError("CONNECTION_URL, with \(variables), is no way to connect: \(error)")
    }
  }

  /// How many connections there may be. A process has 1,024 file descriptors on Lambda, of which a connection takes two:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
  static func maximumConnections(_ environment: Environment) throws(ConfigurationError) -> Int? {
    guard let text = environment["DATABASE_MAX_CONNECTIONS"] else { return nil }
    guard text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let number = Int(text),
      (1...500).contains(number)
    else { throw ConfigurationError("DATABASE_MAX_CONNECTIONS has to be a number from 1 to 500.") }
    return number
  }

  /// What logs in instead of a password, if `DATABASE_IAM_AUTH` is 1. The variables are those that Lambda sets:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.
  private static func authenticationTokens(
    _ environment: Environment
  ) throws(ConfigurationError) -> AuthenticationTokens? {
    guard try flag("DATABASE_IAM_AUTH", environment) else { return nil }
    func required(_ names: String...) throws(ConfigurationError) -> String {
      guard let value = names.lazy.compactMap({ environment[$0] }).first else {
        let variables = names.joined(separator: " or ")
        throw ConfigurationError("\(variables) is not set: DATABASE_IAM_AUTH=1 needs it to sign tokens.")
      }
      return value
    }
    let credentials = Credentials(
      accessKeyID: try required("AWS_ACCESS_KEY_ID"), secretAccessKey: try required("AWS_SECRET_ACCESS_KEY"),
      sessionToken: environment["AWS_SESSION_TOKEN"])
    return AuthenticationTokens(region: try required("AWS_REGION", "AWS_DEFAULT_REGION"), credentials: credentials)
  }
}
