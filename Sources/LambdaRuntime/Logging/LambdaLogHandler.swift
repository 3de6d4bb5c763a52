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
    var line = LogLine(time: .now, level: event.level.lambdaName, message: event.message.description)
    line.add(metadata)
    if metadata[LambdaLogHandler.requestIDKey] == nil, let invocation = InvocationContext.current {
      line.add(invocation)
    }
    if let provided = metadataProvider?.get() { line.add(provided) }
    if let own = event.metadata { line.add(own) }
    write(line)
  }

  /// Writes the line that the invocation's logger would write with one value of its own, but makes no logger and none of
  /// its dictionaries for it.
  func log(_ level: Logger.Level, _ message: String, _ key: String, _ value: String, of invocation: InvocationContext) {
    guard logLevel <= level else { return }
    var line = LogLine(time: .now, level: level.lambdaName, message: message)
    line.add(metadata)
    line.add(invocation)
    if let provided = metadataProvider?.get() { line.add(provided) }
    line.set(key, value)
    write(line)
  }

  private func write(_ line: LogLine) {
    switch format {
    case .text: write(line.text)
    case .json: write(line.json)
    }
  }
}

extension LogLine {
  fileprivate mutating func add(_ invocation: InvocationContext) {
    set(LambdaLogHandler.requestIDKey, invocation.requestID)
    if let tenantID = invocation.tenantID { set(LambdaLogHandler.tenantIDKey, tenantID) }
  }
}

extension InvocationContext {
  /// Writes a line at the level INFO that bears the request id and one value: what `logger.info(message, metadata: [key: value])`
  /// writes, without the dictionaries of both, for what is written at each event.
  package func log(_ message: String, _ key: String, _ value: String) {
    guard let handler = lambdaLogHandler else { return logger.info("\(message)", metadata: [key: .string(value)]) }
    handler.log(.info, message, key, value, of: self)
  }
}
