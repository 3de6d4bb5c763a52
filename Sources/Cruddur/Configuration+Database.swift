public import LambdaRuntime
public import Postgres
import RDS

extension Configuration {
  /// Where the database is, and how to log in there, whatever else the environment says: that may be for another program.
  ///
  /// - Throws: `ConfigurationError`, as ``init(_:)`` does.
  public static func database(_ environment: Environment) throws(ConfigurationError) -> ConnectionConfiguration {
    // libpq takes a blank string for "all defaults", which is nobody's intention here.
    guard let url = environment["CONNECTION_URL"], !url.allSatisfy(\.isWhitespace) else {
      throw ConfigurationError("CONNECTION_URL is not set: it has to be a PostgreSQL connection URL.")
    }
    let secret = try databaseSecret(environment)
    let tokens = try authenticationTokens(environment)
    guard secret == nil || tokens == nil else {
      throw ConfigurationError("DATABASE_SECRET_ID and DATABASE_IAM_AUTH=1 are both set: only one of them may be.")
    }
    do throws(PostgresError) {
      return try ConnectionConfiguration(url, credentials: secret ?? tokens)
    } catch {
      let source = secret != nil ? "DATABASE_SECRET_ID and " : tokens != nil ? "DATABASE_IAM_AUTH=1 and " : ""
      throw ConfigurationError("CONNECTION_URL, with \(source)libpq's PG variables, is no way to connect: \(error)")
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
  ) throws(ConfigurationError) -> (any CredentialSource)? {
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

  /// The secret with whose user and password to log in, if `DATABASE_SECRET_ID` names one. An ARN may have 2,048
  /// characters: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>.
  private static func databaseSecret(_ environment: Environment) throws(ConfigurationError) -> (any CredentialSource)? {
    guard let id = environment["DATABASE_SECRET_ID"] else { return nil }
    guard id.utf8.count <= 2_048, id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ConfigurationError("DATABASE_SECRET_ID has to be the name or the ARN of a secret.")
    }
    return DatabaseSecret(id, of: try SecretsExtension(environment))
  }
}
