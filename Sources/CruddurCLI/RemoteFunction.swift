import Foundation
import JSON
import LocalLambda

/// A deployed function, invoked by `aws lambda invoke`, of either version: the event is its standard input, and nothing is
/// written to a file.
struct RemoteFunction: Sendable {
  /// Its name, or an ARN.
  let name: String
  /// A version or an alias.
  let qualifier: String?
  /// Options that are handed on to aws.
  let options: [String]

  /// An answer of 6 MB, and what aws says of it.
  private static let maximumBytes = Function.maximumPayloadBytes + (1 << 16)

  /// Gives an event to the function, and waits as long as that may take.
  ///
  /// - Throws: ``InputError`` where aws fails.
  func invoke(_ event: EventFile) async throws -> Delivery {
    // The answer comes first, and ends where aws begins to print, with a word that no answer can know.
    let mark = UUID().uuidString
    var arguments = ["lambda", "invoke", "--function-name", name] + options
    if let qualifier { arguments += ["--qualifier", qualifier] }
    arguments += ["--payload", "fileb:///dev/stdin", "--log-type", "Tail", "--cli-read-timeout", "0"]
    arguments += ["--query", "['\(mark)',FunctionError,LogResult]", "--output", "text", "/dev/stdout"]
    let output = try await AWSCommandLine.run(arguments, input: event.bytes, maximumBytes: Self.maximumBytes)
    guard let end = output.lastRange(of: Array(mark.utf8)) else {
      throw InputError("aws lambda invoke has printed no answer.")
    }
    let said = String(decoding: output[end.upperBound...], as: UTF8.self).split(separator: "\t")
      .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    guard said.count == 2 else { throw InputError("aws lambda invoke has printed no answer.") }
    return Delivery(
      of: event, answer: Array(output[..<end.lowerBound]), isError: said[0] != "None",
      log: Data(base64Encoded: said[1]).map { Array($0) } ?? [])
  }
}

extension Delivery {
  /// What aws says of an invocation.
  fileprivate init(of event: EventFile, answer: [UInt8], isError: Bool, log: [UInt8]) {
    let type = (try? JSONDocument(answer).root["errorType"]?.string()) ?? "Unhandled"
    let failure = InvocationResult.functionError(type: type, body: answer).failure(of: event.name, timeout: .zero)
    self.init(
      answer: isError ? nil : answer, failure: isError ? failure : nil, log: log, figures: Figures(log: log))
  }
}

extension Delivery.Figures {
  /// What the last REPORT line of a log says, in either of its formats; nil where there is none.
  init?(log: [UInt8]) {
    for line in log.split(separator: UInt8(ascii: "\n")).reversed() {
      if let figures = Self(text: String(decoding: line, as: UTF8.self)) ?? Self(json: Array(line)) {
        self = figures
        return
      }
    }
    return nil
  }

  /// `REPORT RequestId: …	Duration: 1.23 ms	…	Init Duration: 45.67 ms`
  private init?(text: String) {
    guard text.hasPrefix("REPORT ") else { return nil }
    let parts = text.split(separator: "\t")
    guard let duration = parts.firstMilliseconds(of: "Duration") else { return nil }
    self.init(duration: duration, isColdStart: parts.firstMilliseconds(of: "Init Duration") != nil)
  }

  /// See `platform.report` at <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>.
  private init?(json: [UInt8]) {
    guard let root = try? JSONDocument(json).root, (try? root["type"]?.string()) == "platform.report",
      let metrics = root["record"]?["metrics"], let milliseconds = try? metrics["durationMs"]?.double(),
      let duration = Duration(loggedMilliseconds: milliseconds)
    else { return nil }
    self.init(duration: duration, isColdStart: metrics["initDurationMs"] != nil)
  }
}

extension [Substring] {
  /// The number of a part such as `Duration: 1.23 ms`.
  fileprivate func firstMilliseconds(of name: String) -> Duration? {
    let value = first { $0.hasPrefix("\(name): ") }?.dropFirst(name.count + 2).prefix { $0 != " " }
    return value.flatMap { Double($0) }.flatMap { Duration(loggedMilliseconds: $0) }
  }
}

extension Duration {
  /// Nil for what no invocation takes: a log is a function's to write, too.
  fileprivate init?(loggedMilliseconds milliseconds: Double) {
    guard (0...1e9).contains(milliseconds) else { return nil }
    self = .milliseconds(milliseconds)
  }
}

extension [UInt8] {
  fileprivate func lastRange(of bytes: [UInt8]) -> Range<Int>? {
    ranges(of: bytes).last
  }
}
