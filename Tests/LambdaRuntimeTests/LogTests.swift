import JSON
import Logging
import TestSupport
import Testing

@testable import LambdaRuntime

@Suite struct LogTests {
  private func log(_ configuration: LogConfiguration, _ body: (inout Logger) -> Void) -> [String] {
    let log = Log(configuration)
    var logger = log.logger
    body(&logger)
    return log.lines
  }

  @Test func `A text line has time, level, request, sentence and the rest`() throws {
    let lines = log(LogConfiguration()) {
      $0[metadataKey: "requestId"] = "id-1"
      $0.warning("careful", metadata: ["b": "2", "a": "1"])
    }
    let line = try #require(lines.first)
    #expect(line.hasSuffix("Z WARN id-1 careful a=1 b=2\n"), "\(line)")
    #expect(line.prefix(24).wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(line)")
  }

  @Test func `A JSON line is one object`() throws {
    let lines = log(LogConfiguration(format: .json)) {
      $0[metadataKey: "requestId"] = "id-1"
      $0.error("two\nlines and a \"quote\"", metadata: ["errorType": "Function.Timeout", "level": "mine"])
    }
    let line = try #require(lines.first)
    #expect(line.last == "\n" && line.dropLast().allSatisfy { $0 != "\n" })
    let root = try JSONDocument(Array(line.utf8)).root
    #expect(try root.member("level").string() == "ERROR")
    #expect(try root.member("message").string() == "two\nlines and a \"quote\"")
    #expect(try root.member("requestId").string() == "id-1")
    #expect(try root.member("errorType").string() == "Function.Timeout")
    #expect(try root.member("timestamp").string().hasSuffix("Z"))
  }

  @Test func `No text begins a line of its own`() throws {
    let lines = log(LogConfiguration()) { $0.info("a\nb\r\u{1B}[31m", metadata: ["k": "x\ny"]) }
    #expect(lines.count == 1)
    #expect(lines[0].hasSuffix("a\\u000ab\\u000d\\u001b[31m k=x\\u000ay\n"), "\(lines)")
  }

  @Test func `No value is taken for several`() throws {
    let lines = log(LogConfiguration()) { $0.info("a", metadata: ["k": "x errorType=\"y\""]) }
    #expect(lines[0].hasSuffix(" a k=\"x errorType=\\\"y\\\"\"\n"), "\(lines)")
  }

  @Test(arguments: [
    ("TRACE", 6), ("debug", 5), ("INFO", 4), ("Warn", 3), ("ERROR", 2), ("FATAL", 1),
  ]) func `The level is that of AWS_LAMBDA_LOG_LEVEL`(name: String, count: Int) throws {
    let configuration = try LogConfiguration(Environment(["AWS_LAMBDA_LOG_LEVEL": name]))
    let lines = log(configuration) {
      $0.trace("x")
      $0.debug("x")
      $0.info("x")
      $0.warning("x")
      $0.error("x")
      $0.critical("x")
    }
    #expect(lines.count == count)
    #expect(lines.last?.contains(" FATAL ") == true)
  }

  @Test func `The default is text and INFO`() throws {
    #expect(try LogConfiguration(Environment([:])) == LogConfiguration(format: .text, level: .info))
    let empty = Environment(["AWS_LAMBDA_LOG_FORMAT": "", "AWS_LAMBDA_LOG_LEVEL": ""])
    #expect(try LogConfiguration(empty) == LogConfiguration(format: .text, level: .info))
  }

  @Test(arguments: ["AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL"])
  func `A bad value is an error that names the variable`(
    name: String
  ) {
    #expect {
      try LogConfiguration(Environment([name: "s3cret"]))
    } throws: { error in
      "\(error)".contains(name) && !"\(error)".contains("s3cret")
    }
  }

  @Test(arguments: [
    (0, 0, "1970-01-01T00:00:00.000Z"), (1_795_219_199, 7, "2026-11-20T23:59:59.007Z"),
    (951_782_400, 999, "2000-02-29T00:00:00.999Z"), (-1, 0, "1969-12-31T23:59:59.000Z"),
    (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"), (1_709_251_199, 0, "2024-02-29T23:59:59.000Z"),
  ]) func `Timestamps are RFC 3339 in UTC`(seconds: Int, milliseconds: Int, text: String) {
    let time = Realtime(seconds: seconds, nanoseconds: milliseconds * 1_000_000).rfc3339
    #expect(String(copying: UTF8Span(unchecked: time.span)) == text)
  }

  @Test func `A context's logger bears its request and tenant`() {
    let log = Log()
    InvocationContext(requestID: "id-7", tenantID: "blue", logger: log.logger).logger.info("hello")
    #expect(log.text.contains(" id-7 hello tenantId=blue\n"))
  }

  @Test(arguments: [LogConfiguration.Format.text, .json])
  func `What is set last stands in a line, in the order of the keys`(format: LogConfiguration.Format) {
    let log = Log(LogConfiguration(format: format))
    var logger = log.logger
    logger[metadataKey: "sub"] = "1"
    logger[metadataKey: "b"] = "1"
    logger[metadataKey: "requestId"] = "id-1"
    logger.info("said", metadata: ["sub": "2", "a": "3", "requestId": "id-2", "z": ["4"]])
    let expected =
      switch format {
      case .text: #" INFO id-2 said a=3 b=1 sub=2 z="[\"4\"]"\#n"#
      case .json: #","level":"INFO","message":"said","a":"3","b":"1","requestId":"id-2","sub":"2","z":"[\"4\"]"}\#n"#
      }
    #expect(log.text.hasSuffix(expected), "\(log.text)")
  }

  /// Texts of each kind that is written in a way of its own, before and behind one another and eight bytes or more of plain text.
  private static let texts: [String] = {
    let parts = [
      "", "a", "eight or more", " ", "=", "\"", "\\", "\n", "\u{7F}", "\u{1F}", "\0", "é", "\u{85}", "\u{2028}", "€",
      "😀",
    ]
    return parts.flatMap { first in parts.map { first + $0 } }
  }()

  @Test(arguments: [LogConfiguration.Format.text, .json])
  func `The line of an event is what the invocation's logger would write`(format: LogConfiguration.Format) {
    let log = Log(LogConfiguration(format: format))
    for tenantID in [nil, "blue"] {
      let context = InvocationContext(requestID: "id-7", tenantID: tenantID, logger: log.logger)
      for text in LogTests.texts {
        context.log(text, "sub", text)
        context.logger.info("\(text)", metadata: ["sub": .string(text)])
      }
    }
    let lines = log.lines.map { $0.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, with: "T") }
    #expect(lines.count == 4 * LogTests.texts.count)
    for index in stride(from: 0, to: lines.count, by: 2) { #expect(lines[index] == lines[index + 1]) }
  }

  @Test func `The line of an event is for the level INFO, and for whatever log there is`() {
    let quiet = Log(LogConfiguration(level: .warning))
    InvocationContext(requestID: "id-7", logger: quiet.logger).log("user added", "sub", "s-1")
    #expect(quiet.lines.isEmpty)
    let lines = Lines()
    InvocationContext(requestID: "id-7", logger: Logger(label: "test") { _ in lines }).log("user added", "sub", "s-1")
    #expect(lines.text == "info user added sub=s-1\n")
  }
}
