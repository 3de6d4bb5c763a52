@testable import JSON
@testable import LambdaRuntime
import Logging

/// Texts that an error, or a line of the log, may have: whatever they are, the Runtime API gets JSON and headers of one line,
/// and the log has one line.
enum ErrorsTarget {
  /// An error of somebody's, which says what it likes.
  private struct SomeError: LambdaError {
    let errorType: ErrorType
    let errorMessage: String
    let logMessage: String
  }

  static func run(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let reason = text(&input)
    let (message, logMessage) = (text(&input), text(&input))
    checkType(reason)
    let error = SomeError(errorType: .function(reason), errorMessage: message, logMessage: logMessage)
    checkReport(ErrorReport(error), message)
    checkReport(ErrorReport(initialization: error), message)

    var metadata: Logger.Metadata = [:]
    while !input.isEmpty { metadata[text(&input)] = value(&input) }
    checkLog(ErrorReport(error), metadata)
    checkBase64(bytes)
  }

  private static func text(_ input: inout Input) -> String { String(decoding: input.line(), as: UTF8.self) }

  private static func value(_ input: inout Input) -> Logger.MetadataValue {
    let value = text(&input)
    return switch value.utf8.first {
    case UInt8(ascii: "["): .array([.string(value), .string(text(&input))])
    case UInt8(ascii: "{"): .dictionary([value: .string(text(&input))])
    default: .string(value)
    }
  }

  /// The form that Lambda requires, by another way.
  private static func checkType(_ text: String) {
    for type in [ErrorType.function(text), .runtime(text)] {
      check(ErrorType(rawValue: type.rawValue) == type, "\(type) is of the form that Lambda requires")
    }
    let isType = ["Function.", "Runtime."].contains { prefix in
      guard text.utf8.starts(with: prefix.utf8) else { return false }
      let reason = text.utf8.dropFirst(prefix.utf8.count)
      let isLetter = { (byte: UInt8) in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      }
      return reason.count >= 2 && reason.allSatisfy(isLetter) && reason.first.map { $0 < UInt8(ascii: "a") } == true
    }
    check((ErrorType(rawValue: text) != nil) == isType, "\(text) is an error type or not")
  }

  private static func checkReport(_ report: ErrorReport, _ message: String) {
    let body = requiredDocument(report.body, "an error's body").root
    let read = try? body["errorMessage"]?.string()
    check(read.map { $0.utf8.elementsEqual(message.utf8) } == true, "an error's message is told: \(message)")
    check((try? body["errorType"]?.string()) == report.type.rawValue, "an error's type is told: \(report.type)")
    for line in [report.header] + report.trailers { check(line.isOneLine, "a header is one line: \(line)") }
    let trailer = report.trailers.last.map { $0.utf8.drop { $0 != UInt8(ascii: " ") }.dropFirst() }
    let decoded = trailer.flatMap { [UInt8](base64: Array($0).span) }
    check(decoded == report.body, "a trailer has the body")
  }

  private static func checkLog(_ report: ErrorReport, _ metadata: Logger.Metadata) {
    var line = LogLine(time: .now, level: "ERROR", message: report.logMessage)
    line.add(metadata)
    checkLine(line.json, .json)
    checkLine(line.text, .text)
    let root = requiredDocument(line.json, "a line of the log").root
    let message = try? root["message"]?.string()
    check(message.map { $0.utf8.elementsEqual(report.logMessage.utf8) } == true, "a line has the message")
    for (key, value) in metadata where !["timestamp", "level", "message"].contains(key) {
      let logged = try? root[key]?.string()
      check(logged.map { $0.utf8.elementsEqual(value.description.utf8) } == true, "a line has \(key)")
    }
    for format in [LogConfiguration.Format.json, .text] {
      var logger = checkedLogger(format)
      for (key, value) in metadata { logger[metadataKey: key] = value }
      report.log(to: logger)
    }
  }

  /// Any bytes can be written, and any text that is read is the one that would be written.
  private static func checkBase64(_ bytes: [UInt8]) {
    check([UInt8](base64: bytes.base64.span) == bytes, "bytes in base64 are read again")
    if let read = [UInt8](base64: bytes.span) { check(read.base64 == bytes, "base64 has one form") }
  }
}
