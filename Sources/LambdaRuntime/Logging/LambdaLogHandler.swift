public import Logging

/// A swift-log handler that writes Lambda's log lines to standard error, one write(2) a line.
public struct LambdaLogHandler: LogHandler {
  /// The metadata key of the invocation's id.
  public static let requestIDKey = "requestId"
  /// The metadata key of the tenant's id.
  public static let tenantIDKey = "tenantId"
  /// The metadata key of a kind of error.
  public static let errorTypeKey = "errorType"

  /// What each line bears.
  public var metadata: Logger.Metadata = [:]

  /// What each line bears besides, asked for when it is written.
  public var metadataProvider: Logger.MetadataProvider?

  /// The level below which nothing is written.
  public var logLevel: Logger.Level

  private let format: LogConfiguration.Format
  private let write: @Sendable ([UInt8]) -> Void

  /// Makes a handler that writes to standard error.
  public init(_ configuration: LogConfiguration = LogConfiguration()) {
    self.init(configuration, write: StandardError.write)
  }

  /// Makes a handler that gives each line, its line feed included, to `write`.
  init(_ configuration: LogConfiguration, write: @escaping @Sendable ([UInt8]) -> Void) {
    format = configuration.format
    logLevel = configuration.level
    self.write = write
  }

  /// What each line bears under `key`.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line.
  public func log(event: LogEvent) {
    var all = metadata
    if all[LambdaLogHandler.requestIDKey] == nil, let invocation = InvocationContext.current {
      all[LambdaLogHandler.requestIDKey] = .string(invocation.requestID)
      if let tenantID = invocation.tenantID { all[LambdaLogHandler.tenantIDKey] = .string(tenantID) }
    }
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let own = event.metadata { all.merge(own) { $1 } }
    let line = LogLine(
      time: .now, level: event.level.lambdaName, message: event.message.description, metadata: all)
    switch format {
    case .text: write(line.text)
    case .json: write(line.json)
    }
  }
}
