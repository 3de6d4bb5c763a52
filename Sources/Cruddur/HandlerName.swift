import LambdaRuntime

/// What the function is for: the handler in its configuration. One program has both, so that one zip is all there is.
public enum HandlerName: String, Sendable {
  /// Answers Cognito's triggers and HTTP requests.
  case events = "cruddur.events"
  /// Brings the database's tables up to date, see ``MigrationHandler``.
  case migrate = "cruddur.migrate"

  /// Reads `_HANDLER`. A name that is not Cruddur's means nothing here, as in any custom runtime: ``events``.
  ///
  /// - Throws: `ConfigurationError` for a name of Cruddur's that there is not: it may be a misspelt ``migrate``.
  init(_ environment: Environment) throws(ConfigurationError) {
    let name = environment["_HANDLER"] ?? ""
    if let handler = HandlerName(rawValue: name) {
      self = handler
    } else if name.hasPrefix("cruddur.") {
      throw ConfigurationError("_HANDLER has to be cruddur.events or cruddur.migrate.")
    } else {
      self = .events
    }
  }
}
