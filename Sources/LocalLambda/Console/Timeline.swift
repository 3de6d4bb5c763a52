import Glibc
import JSON

/// Where an invocation's time went: waiting for an environment, init, the handler, and of these the database.
struct Timeline: Equatable {
  struct Part: Equatable {
    enum Kind: String {
      case waiting, `init`, handler, database
    }

    let kind: Kind
    /// Of the database, the statement's command, or `connect`; otherwise empty.
    var name = ""
    /// From the moment the invocation was asked for.
    var start: Double
    var milliseconds: Double
    /// Why the database did not do it; nil where it did.
    var error: String?
    /// How often a connection was tried in vain, one try after the other.
    var tries = 1

    fileprivate var isFailedConnect: Bool { kind == .database && name == DatabaseLine.connect && error != nil }

    func write(to object: inout JSONObjectWriter) {
      object.add("kind", kind.rawValue)
      object.add("name", name)
      object.add("start", start.toMicroseconds)
      object.add("milliseconds", milliseconds.toMicroseconds)
      guard let error else { return }
      object.add("error", error)
      object.add("tries", tries)
    }
  }

  /// One after the other, and then those of the database, which lie within the others.
  let parts: [Part]

  /// The database's parts are those of the lines of the log that say how long something took; they end when the line was
  /// written, which is known to the millisecond, so that they are moved to where they can have been. While there is no
  /// connection to be had, the handler does nothing but wait for one: tries one after the other are one part, with the
  /// pauses between them and behind them.
  init(_ record: InvocationRecord) {
    var parts = [Part(kind: .waiting, start: 0, milliseconds: record.waited / .milliseconds(1))]
    for (kind, duration) in [(Part.Kind.`init`, record.initialization), (.handler, record.duration)] {
      guard let duration, let last = parts.last else { continue }
      parts.append(Part(kind: kind, start: last.start + last.milliseconds, milliseconds: duration / .milliseconds(1)))
    }
    let end = parts.last.map { $0.start + $0.milliseconds } ?? 0
    let handler = parts.first { $0.kind == .handler }
    var earliest = 0.0
    for line in record.log.split(separator: UInt8(ascii: "\n")) {
      guard let line = DatabaseLine(line) else { continue }
      // What carries the request's id was done by the handler; what has none, such as a connection in advance, by init.
      let isHandlers = line.requestID == record.start.requestID
      let first = max(earliest, isHandlers ? handler?.start ?? 0 : 0)
      let last = isHandlers || record.initialization == nil ? end : handler?.start ?? end
      let length = min(line.milliseconds, max(0, last - first))
      let said = Double(line.time - record.start.time) - line.milliseconds
      var part = Part(
        kind: .database, name: line.name, start: max(first, min(said, last - length)), milliseconds: length,
        error: line.error)
      // One worker does one thing after the other.
      earliest = min(part.start + length, end)
      if let previous = parts.last, previous.isFailedConnect {
        if part.isFailedConnect {
          parts.removeLast()
          (part.start, part.milliseconds) = (previous.start, earliest - previous.start)
          part.tries = previous.tries + 1
        } else {
          parts[parts.count - 1].milliseconds = part.start - previous.start
        }
      }
      parts.append(part)
    }
    self.parts = parts
  }

  /// All of it.
  var milliseconds: Double {
    parts.filter { $0.kind != .database }.reduce(0) { $0 + $1.milliseconds }.toMicroseconds
  }

  /// The time in the database; nil where the log tells of none.
  var databaseMilliseconds: Double? {
    let parts = parts.filter { $0.kind == .database }
    return parts.isEmpty ? nil : parts.reduce(0) { $0 + $1.milliseconds }.toMicroseconds
  }
}

/// A line of the function's log, in either of Lambda's formats, that says how long the database took.
private struct DatabaseLine {
  static let connect = "connect"

  let time: Int64
  let requestID: String
  let name: String
  let milliseconds: Double
  let error: String?

  init?(_ line: ArraySlice<UInt8>) {
    guard let fields = line.first == UInt8(ascii: "{") ? Self.json(line) : Self.text(line),
      let time = fields["timestamp"].flatMap({ millisecondsSinceEpoch(rfc3339: $0) }),
      let milliseconds = fields["milliseconds"].flatMap({ Double($0) }), milliseconds.isFinite, milliseconds >= 0
    else { return nil }
    switch fields["message"] {
    case "statement over": name = fields["operation"] ?? "statement"
    case "connected", "not connected": name = Self.connect
    default: return nil
    }
    error = fields["error"]
    self.time = time
    requestID = fields["requestId"] ?? ""
    self.milliseconds = milliseconds
  }

  private static func json(_ line: ArraySlice<UInt8>) -> [String: String]? {
    guard let members = try? JSONDocument(Array(line)).root.members() else { return nil }
    var fields: [String: String] = [:]
    for (key, value) in members { fields[key] = (try? value.string()) ?? (try? value.numberText()) }
    return fields
  }

  /// Time, level, request id if there is one, message, then `key=value`.
  private static func text(_ line: ArraySlice<UInt8>) -> [String: String]? {
    var words = String(decoding: line, as: UTF8.self).split(separator: " ")[...]
    guard words.count >= 3, let time = words.popFirst(), words.popFirst() == "DEBUG" else { return nil }
    var fields = ["timestamp": String(time)]
    if !["statement", "connected", "not"].contains(words.first) {
      fields["requestId"] = words.popFirst().map { String($0) }
    }
    fields["message"] = words.prefix { !$0.contains("=") }.joined(separator: " ")
    for word in words {
      guard let equals = word.firstIndex(of: "=") else { continue }
      fields[String(word[..<equals])] = String(word[word.index(after: equals)...])
    }
    return fields
  }
}

/// Milliseconds since the epoch of a time as the log has it, `2026-11-21T05:05:59.955Z`; nil for any other text.
private func millisecondsSinceEpoch(rfc3339 text: String) -> Int64? {
  let bytes = Array(text.utf8)
  guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
  func number(_ range: Range<Int>) -> Int32? { Int32(String(decoding: bytes[range], as: UTF8.self)) }
  guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
    let minute = number(14..<16), let second = number(17..<19)
  else { return nil }
  var parts = tm()
  (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
  (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
  let fraction = bytes.count > 21 ? Double("0." + String(decoding: bytes[20..<(bytes.count - 1)], as: UTF8.self)) : 0
  guard let fraction else { return nil }
  return Int64(timegm(&parts)) * 1000 + Int64(fraction * 1000)
}

extension Double {
  /// Milliseconds, to the microsecond.
  var toMicroseconds: Double { (self * 1000).rounded() / 1000 }
}

extension Duration {
  /// In milliseconds, to the microsecond.
  var shownMilliseconds: Double { (self / .milliseconds(1)).toMicroseconds }
}
