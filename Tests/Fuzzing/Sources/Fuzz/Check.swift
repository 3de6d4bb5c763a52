import Glibc
@testable import JSON
@testable import LambdaRuntime
import Logging

/// Ends the process, which libFuzzer takes for a crash and keeps the input of, unless a property holds.
func check(_ holds: Bool, _ property: @autoclosure () -> String) {
  guard !holds else { return }
  StandardError.write("\nThis does not hold: \(property())\n")
  abort()
}

/// The document that has to be in these bytes.
func requiredDocument(_ bytes: [UInt8], _ what: @autoclosure () -> String) -> JSONDocument {
  do {
    return try JSONDocument(bytes, maximumDepth: .max)
  } catch {
    check(false, "\(what()) is JSON (\(error)): \(String(decoding: bytes, as: UTF8.self))")
    abort()
  }
}

extension [UInt8] {
  /// Whether a sequence of bytes is among these.
  func holds(_ other: some Collection<UInt8>) -> Bool {
    guard let first = other.first, other.count <= count else { return other.isEmpty }
    return indices.contains { self[$0] == first && self[$0...].starts(with: other) }
  }
}

extension String {
  /// Whether the text holds another, byte by byte.
  func holds(_ other: String) -> Bool { Array(utf8).holds(Array(other.utf8)) }

  /// Whether it can stand in a header, or in one line, as it is.
  var isOneLine: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
}

/// What an input is divided into.
struct Input {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  var isEmpty: Bool { rest.isEmpty }

  /// The next byte; 0 where there is none.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// So many bytes, or as many as there are.
  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// Bytes whose number stands before them in two bytes, or as many as there are.
  mutating func counted() -> [UInt8] { bytes(Int(byte()) << 8 | Int(byte())) }

  /// What stands before the next line feed, which is left out.
  mutating func line() -> [UInt8] {
    let line = Array(rest.prefix { $0 != UInt8(ascii: "\n") })
    rest = rest.dropFirst(line.count + 1)
    return line
  }

  /// All that is left.
  mutating func remaining() -> [UInt8] {
    defer { rest = [] }
    return Array(rest)
  }
}

/// A log that takes lines of every level, each of which has to be one line and, if it is JSON, one object of which no key
/// comes twice.
func checkedLogger(_ format: LogConfiguration.Format) -> Logger {
  Logger(label: "fuzzing") { _ in
    LambdaLogHandler(LogConfiguration(format: format, level: .trace)) { checkLine($0, format) }
  }
}

/// Whether it is one line of UTF-8 and, of JSON, an object.
func checkLine(_ line: [UInt8], _ format: LogConfiguration.Format) {
  let text = String(decoding: line, as: UTF8.self)
  check(String(validating: line, as: UTF8.self) != nil, "a line of the log is UTF-8: \(text)")
  check(line.last == UInt8(ascii: "\n") && String(text.dropLast()).isOneLine, "a line of the log is one line: \(text)")
  guard format == .json else { return }
  let document = requiredDocument(line, "a line of the log")
  check(document.root.kind == .object, "a line of the log is an object: \(text)")
  check(document.root.bytesWithoutDuplicates == line.dropLast(), "no key of a log's line comes twice: \(text)")
}
