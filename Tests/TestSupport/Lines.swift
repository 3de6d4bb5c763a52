public import Logging
import Synchronization

/// Keeps what is logged.
public struct Lines: LogHandler {
  private final class Content: Sendable {
    let text = Mutex("")
  }
  private let content = Content()
  /// What is logged with each line.
  public var metadata: Logger.Metadata = [:]
  /// Everything is kept.
  public var logLevel = Logger.Level.trace
  /// What was logged.
  public var text: String { content.text.withLock { $0 } }

  /// Keeps nothing yet.
  public init() {}

  /// A value that is logged with each line.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Keeps a line.
  public func log(event: LogEvent) {
    let pairs = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
    content.text.withLock { $0 += "\(event.level) \(event.message) \(pairs)\n" }
  }
}
