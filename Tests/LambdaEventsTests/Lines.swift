import Logging
import Synchronization

/// Keeps what is logged.
struct Lines: LogHandler {
  private final class Content: Sendable {
    let text = Mutex("")
  }
  private let content = Content()
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.trace
  var text: String { content.text.withLock { $0 } }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let pairs = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
    content.text.withLock { $0 += "\(event.level) \(event.message) \(pairs)\n" }
  }
}
