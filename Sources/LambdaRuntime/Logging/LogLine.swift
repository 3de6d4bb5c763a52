import JSON
import Logging

/// One line of the log.
///
/// Source of the JSON form: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>.
struct LogLine {
  var time: Realtime
  var level: String
  var message: String
  var metadata: Logger.Metadata

  /// One JSON object and a line feed.
  var json: [UInt8] {
    JSONWriter.object {
      $0.add("timestamp", time.rfc3339)
      $0.add("level", level)
      $0.add("message", message)
      for (key, value) in sortedMetadata where !LogLine.ownKeys.contains(key) { $0.add(key, value.description) }
    } + [UInt8(ascii: "\n")]
  }

  /// Time, level, request id, sentence, then `key=value`, and a line feed.
  ///
  /// Control characters are written as in JSON: no text that comes from outside can begin a line of its own.
  var text: [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(256)
    time.writeRFC3339 { line.append($0) }
    line.append(UInt8(ascii: " "))
    line.append(escaping: level)
    if let requestID = metadata[LambdaLogHandler.requestIDKey] {
      line.append(UInt8(ascii: " "))
      line.append(escaping: requestID.text)
    }
    line.append(UInt8(ascii: " "))
    line.append(escaping: message)
    for (key, value) in sortedMetadata where key != LambdaLogHandler.requestIDKey {
      line.append(UInt8(ascii: " "))
      line.append(escaping: key)
      line.append(UInt8(ascii: "="))
      line.append(quotingIfNeeded: value.text)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private static let ownKeys: Set<String> = ["timestamp", "level", "message"]

  private var sortedMetadata: [(key: String, value: Logger.Metadata.Value)] {
    metadata.count < 2 ? Array(metadata) : metadata.sorted { $0.key < $1.key }
  }
}

extension Logger.MetadataValue {
  fileprivate var text: String {
    if case .string(let text) = self { text } else { description }
  }
}

extension [UInt8] {
  /// Adds a text, its control characters written as in JSON.
  fileprivate mutating func append(escaping text: String) {
    var text = text
    text.withUTF8 { bytes in
      if bytes.allSatisfy({ !$0.isControl }) { return append(contentsOf: bytes) }
      for byte in bytes { append(escaping: byte) }
    }
  }

  private mutating func append(escaping byte: UInt8) {
    guard byte.isControl else { return append(byte) }
    append(contentsOf: "\\u00".utf8)
    for digit in [byte >> 4, byte & 15] {
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Adds a value, in quotation marks where it could otherwise be taken for several.
  fileprivate mutating func append(quotingIfNeeded value: String) {
    let needsQuotes = value.utf8.contains {
      $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "\"")
    }
    guard needsQuotes else { return append(escaping: value) }
    append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      if byte == UInt8(ascii: "\"") { append(UInt8(ascii: "\\")) }
      append(escaping: byte)
    }
    append(UInt8(ascii: "\""))
  }
}

extension UInt8 {
  fileprivate var isControl: Bool { self < 0x20 || self == 0x7F }
}
