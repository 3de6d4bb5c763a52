import JSON
import Logging

/// One line of the log.
///
/// Source of the JSON form: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>.
struct LogLine {
  var timestamp: String
  var level: String
  var message: String
  var metadata: Logger.Metadata

  /// One JSON object and a line feed.
  var json: [UInt8] {
    JSONWriter.object {
      $0.add("timestamp", timestamp)
      $0.add("level", level)
      $0.add("message", message)
      for (key, value) in sortedMetadata where !LogLine.ownKeys.contains(key) { $0.add(key, value.description) }
    } + [UInt8(ascii: "\n")]
  }

  /// Time, level, request id, sentence, then `key=value`, and a line feed.
  ///
  /// Control characters are written as in JSON: no text that comes from outside can begin a line of its own.
  var text: [UInt8] {
    var text = "\(timestamp) \(level) "
    if let requestID = metadata[LambdaLogHandler.requestIDKey] { text += "\(requestID) " }
    text += message
    for (key, value) in sortedMetadata where key != LambdaLogHandler.requestIDKey {
      text += " \(key)=\(LogLine.quotingIfNeeded(value.description))"
    }
    return LogLine.escapingControls(text) + [UInt8(ascii: "\n")]
  }

  private static let ownKeys: Set<String> = ["timestamp", "level", "message"]

  private var sortedMetadata: [(key: String, value: Logger.Metadata.Value)] {
    metadata.sorted { $0.key < $1.key }
  }

  /// The value, in quotation marks where it could otherwise be taken for several.
  private static func quotingIfNeeded(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "\"") })
    else { return value }
    let escaped = value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    return "\"\(escaped)\""
  }

  private static func escapingControls(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 1)
    for byte in text.utf8 {
      guard byte < 0x20 || byte == 0x7F else {
        bytes.append(byte)
        continue
      }
      let digits = Array("0123456789abcdef".utf8)
      bytes += "\\u00".utf8
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
    return bytes
  }
}
