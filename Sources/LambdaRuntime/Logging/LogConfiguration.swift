public import Logging

/// How the log is written, as Lambda's logging configuration says.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html>.
public struct LogConfiguration: Sendable, Equatable {
  /// How a line looks.
  public enum Format: String, Sendable {
    /// Time, level, request id, sentence, then `key=value`.
    case text = "Text"
    /// One JSON object.
    case json = "JSON"
  }

  /// How a line looks.
  public var format: Format

  /// The level below which nothing is written.
  public var level: Logger.Level

  /// Makes a configuration.
  public init(format: Format = .text, level: Logger.Level = .info) {
    self.format = format
    self.level = level
  }

  /// Reads `AWS_LAMBDA_LOG_FORMAT` (Text, JSON) and `AWS_LAMBDA_LOG_LEVEL` (TRACE, DEBUG, INFO, WARN, ERROR, FATAL), in any case.
  ///
  /// - Throws: ``ConfigurationError`` where one has another value.
  public init(_ environment: Environment) throws(ConfigurationError) {
    self.init(format: try Format(environment))
    if let name = environment["AWS_LAMBDA_LOG_LEVEL"] {
      guard let level = Logger.Level(lambdaName: name) else {
        throw ConfigurationError("AWS_LAMBDA_LOG_LEVEL has to be TRACE, DEBUG, INFO, WARN, ERROR or FATAL.")
      }
      self.level = level
    }
  }
}

extension LogConfiguration.Format {
  /// Reads `AWS_LAMBDA_LOG_FORMAT`.
  init(_ environment: Environment) throws(ConfigurationError) {
    switch environment["AWS_LAMBDA_LOG_FORMAT"]?.lowercased() {
    // On Managed Instances, where the lines of several invocations mix, there is nothing but JSON.
    case nil, "text": self = environment["AWS_LAMBDA_MAX_CONCURRENCY"] == nil ? .text : .json
    case "json": self = .json
    default: throw ConfigurationError("AWS_LAMBDA_LOG_FORMAT has to be Text or JSON.")
    }
  }
}

extension Logger.Level {
  fileprivate init?(lambdaName: String) {
    switch lambdaName.uppercased() {
    case "TRACE": self = .trace
    case "DEBUG": self = .debug
    case "INFO": self = .info
    case "WARN": self = .warning
    case "ERROR": self = .error
    case "FATAL": self = .critical
    default: return nil
    }
  }

  /// The level's name in Lambda's words.
  var lambdaName: String {
    switch self {
    case .trace: "TRACE"
    case .debug: "DEBUG"
    case .info, .notice: "INFO"
    case .warning: "WARN"
    case .error: "ERROR"
    case .critical: "FATAL"
    }
  }
}
