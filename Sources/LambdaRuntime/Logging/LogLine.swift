import Glibc
import JSON
import Logging

/// One line of the log.
///
/// Source of the JSON form: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>.
struct LogLine {
  let time: Realtime
  let level: String
  let message: String
  /// In the order of their keys, of which there is one each.
  private var fields: [(key: String, value: String)] = []

  init(time: Realtime, level: String, message: String) {
    self.time = time
    self.level = level
    self.message = message
    // As many as most lines have.
    fields.reserveCapacity(4)
  }

  /// Sets what stands under a key, whatever stood there before.
  mutating func set(_ key: String, _ value: String) {
    guard let index = fields.firstIndex(where: { $0.key >= key }) else { return fields.append((key, value)) }
    if fields[index].key == key {
      fields[index].value = value
    } else {
      fields.insert((key, value), at: index)
    }
  }

  /// Sets what stands under each key.
  mutating func add(_ metadata: Logger.Metadata) {
    for (key, value) in metadata { set(key, value.text) }
  }

  /// One JSON object and a line feed.
  var json: [UInt8] {
    var line = [UInt8](capacity: LogLine.usualLength)
    JSONWriter.object(appendingTo: &line) {
      let time = time.rfc3339
      $0.add("timestamp", UTF8Span(unchecked: time.span))
      $0.add("level", level)
      $0.add("message", message)
      for (key, value) in fields where !LogLine.ownKeys.contains(key) { $0.add(key, value) }
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// Time, level, request id, sentence, then `key=value`, and a line feed.
  ///
  /// Control characters are written as in JSON: no text that comes from outside can begin a line of its own.
  var text: [UInt8] {
    var line = [UInt8](capacity: LogLine.usualLength)
    let time = time.rfc3339
    time.span.withUnsafeBufferPointer { line.append(contentsOf: $0) }
    line.append(UInt8(ascii: " "))
    line.append(escaping: level)
    for (key, value) in fields where key == LambdaLogHandler.requestIDKey {
      line.append(UInt8(ascii: " "))
      line.append(escaping: value)
    }
    line.append(UInt8(ascii: " "))
    line.append(escaping: message)
    for (key, value) in fields where key != LambdaLogHandler.requestIDKey {
      line.append(UInt8(ascii: " "))
      line.append(escaping: key)
      line.append(UInt8(ascii: "="))
      line.append(quotingIfNeeded: value)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// What most lines fit into.
  private static let usualLength = 256

  private static let ownKeys = ["timestamp", "level", "message"]
}

extension Logger.MetadataValue {
  fileprivate var text: String {
    if case .string(let text) = self { text } else { description }
  }
}

extension [UInt8] {
  fileprivate init(capacity: Int) {
    self.init()
    reserveCapacity(capacity)
  }

  /// Adds a text, its control characters written as in JSON.
  fileprivate mutating func append(escaping text: String) {
    let bytes = text.utf8.span
    if bytes.isUnescapedASCII { return bytes.withUnsafeBufferPointer { append(contentsOf: $0) } }
    for index in bytes.indices { append(escaping: bytes[index]) }
  }

  private mutating func append(escaping byte: UInt8) {
    guard byte < 0x20 || byte == 0x7F else { return append(byte) }
    append(contentsOf: "\\u00".utf8)
    for digit in [byte >> 4, byte & 15] {
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Adds a value, in quotation marks where it could otherwise be taken for several.
  fileprivate mutating func append(quotingIfNeeded value: String) {
    let bytes = value.utf8.span
    guard bytes.contains(UInt8(ascii: " ")) || bytes.contains(UInt8(ascii: "=")) || bytes.contains(UInt8(ascii: "\""))
    else { return append(escaping: value) }
    append(UInt8(ascii: "\""))
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: "\"") { append(UInt8(ascii: "\\")) }
      append(escaping: bytes[index])
    }
    append(UInt8(ascii: "\""))
  }
}

extension Span<UInt8> {
  /// Whether there is such a byte, which the C library finds sixteen at a time or more.
  fileprivate func contains(_ byte: UInt8) -> Bool {
    withUnsafeBytes { bytes in bytes.baseAddress.map { memchr($0, CInt(byte), bytes.count) != nil } ?? false }
  }
}
