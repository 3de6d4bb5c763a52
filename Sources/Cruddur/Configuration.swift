public import LambdaHTTP
public import LambdaRuntime
public import Postgres

/// What the application is told by its environment, read once at the start.
public struct Configuration: Sendable {
  /// What the function is for, from `_HANDLER`.
  public let handler: HandlerName

  /// Where the database is, from `CONNECTION_URL`, and from libpq's own `PG…` variables for what the URL leaves open. The
  /// user and the password of the secret that `DATABASE_SECRET_ID` names log in there; or, if `DATABASE_IAM_AUTH` is 1, and
  /// not 0, the default, tokens of IAM, signed with the credentials of the environment.
  public let database: ConnectionConfiguration

  /// The most connections to the database that there may be at a time, from `DATABASE_MAX_CONNECTIONS`; nil for one for each
  /// worker.
  public let maximumConnections: Int?

  /// Whether `ALLOW_ANONYMOUS_AUTHOR` is 1, and not 0, the default: whoever has no token may say who writes an activity.
  public let allowsAnonymousAuthors: Bool

  /// Whether `HEAL_ON_SIGN_IN` is 1, the default, and not 0: whoever signs in without a row gets one.
  public let healsOnSignIn: Bool

  /// The pages of other origins that may use the API, from `CORS_ORIGINS`, separated by commas; nil for none.
  public let cors: CORS?

  /// The function's own metrics, from `METRICS_NAMESPACE`; nil for none.
  public let metrics: MetricsConfiguration?

  /// Reads the environment.
  ///
  /// - Throws: `ConfigurationError`, which names the variable but never holds its value: a connection URL has a password.
  public init(_ environment: Environment) throws(ConfigurationError) {
    database = try Configuration.database(environment)
    maximumConnections = try Configuration.maximumConnections(environment)
    handler = try HandlerName(environment)
    allowsAnonymousAuthors = try Configuration.flag("ALLOW_ANONYMOUS_AUTHOR", environment)
    healsOnSignIn = try Configuration.flag("HEAL_ON_SIGN_IN", environment, default: true)
    cors = try Configuration.cors(environment)
    metrics = try MetricsConfiguration(environment)
  }

  /// Whether a variable is 1, and not 0; the default where it is absent.
  static func flag(
    _ name: String, _ environment: Environment, default absent: Bool = false
  ) throws(ConfigurationError) -> Bool {
    switch environment[name] {
    case "1": true
    case "0": false
    case nil: absent
    default: throw ConfigurationError("\(name) has to be 0 or 1.")
    }
  }

  private static func cors(_ environment: Environment) throws(ConfigurationError) -> CORS? {
    guard let list = environment["CORS_ORIGINS"] else { return nil }
    let origins = Set(list.split(separator: ",").map(Configuration.trim))
    guard origins.allSatisfy(isOrigin) else {
      throw ConfigurationError(
        "CORS_ORIGINS has to be *, or origins such as https://example.com, separated by commas: in small letters, no path, no slash at the end."
      )
    }
    return CORS(origins: origins)
  }

  private static func trim(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// What a browser puts into the header `Origin`, host names in small letters and ASCII:
  /// <https://www.rfc-editor.org/rfc/rfc6454#section-6.2>.
  private static func isOrigin(_ text: String) -> Bool {
    if text == "*" { return true }
    guard let host = ["https://", "http://"].lazy.filter(text.hasPrefix).first.map({ text.dropFirst($0.count) })
    else { return false }
    return !host.isEmpty && host.utf8.allSatisfy("abcdefghijklmnopqrstuvwxyz0123456789-._:[]".utf8.contains)
  }
}
