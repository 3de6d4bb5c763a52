import Glibc
@testable import LambdaRuntime

/// Lines of a response's head as libcurl hands them over, and the invocation that they make.
struct ResponseHeadTarget {
  /// Of a name of its own, so that no other thread of the process misses the real one.
  private final class Trace {
    var environment = TraceEnvironment(name: Trace.name)
    static let name = "FUZZED_TRACE_ID"
  }

  private let trace = Trace()
  private let logger = checkedLogger(.json)

  func run(_ bytes: [UInt8]) {
    var input = Input(bytes)
    var head = ResponseHead()
    var expected: [String: String] = [:]
    while !input.isEmpty {
      let line = input.line()
      head.receive(line: (line + Array("\r\n".utf8)).span)
      if let (name, value) = field(line) { expected[name] = value }
    }
    checkFields(head, expected)
    checkContext(head)
  }

  /// The same by another way: the name in small letters, and the value without the white space around it, nil where it is
  /// empty. The name of a line without a colon is nil.
  private func field(_ line: [UInt8]) -> (name: String, value: String?)? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let isBlank = { (byte: UInt8) in " \t\r\n".utf8.contains(byte) }
    let value = line[(colon + 1)...].drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    let name = line[..<colon].map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
    guard let name = String(validating: name, as: UTF8.self) else { return nil }
    return (name, value.isEmpty ? nil : String(decoding: value, as: UTF8.self))
  }

  private func checkFields(_ head: ResponseHead, _ expected: [String: String]) {
    func check(_ value: String?, _ name: String) { checkField(value, is: expected[name], name) }
    check(head.requestID, "lambda-runtime-aws-request-id")
    check(head.functionARN, "lambda-runtime-invoked-function-arn")
    check(head.traceID, "lambda-runtime-trace-id")
    check(head.clientContext, "lambda-runtime-client-context")
    check(head.cognitoIdentity, "lambda-runtime-cognito-identity")
    check(head.tenantID, "lambda-runtime-aws-tenant-id")
    check(head.invocationID, "lambda-runtime-invocation-id")
    check(head.extensionID, "lambda-extension-identifier")
    check(head.deadlineMilliseconds.map(String.init), "lambda-runtime-deadline-ms")
    check(head.contentLength.map(String.init), "content-length")
  }

  private func checkContext(_ head: ResponseHead) {
    let now = ContinuousClock.now
    let context = InvocationContext(head, receivedAt: now, date: Realtime.now.milliseconds, logger: logger)
    guard let context else {
      let isUsable = head.requestID?.utf8.allSatisfy { isIDCharacter($0) } ?? false
      return check(!isUsable || head.invocationID?.isOneLine == false, "an event with an id is an invocation")
    }
    // They stand in a URL and in a header of the response.
    check(context.requestID.utf8.allSatisfy(isIDCharacter), "a request id can stand in a URL: \(context.requestID)")
    check(context.invocationID?.isOneLine ?? true, "a nonce can stand in a header: \(context.invocationID ?? "")")
    check(context.remaining ?? .zero >= .zero, "no less than nothing remains")
    let limit = Duration.seconds(5)
    check(context.deadline(within: limit) <= now + limit - InvocationContext.margin, "a limit is kept")
    context.logger.info("an invocation", metadata: ["trace": "\(context.traceID ?? "")"])
    checkTrace(context.traceID)
  }

  private func checkTrace(_ traceID: String?) {
    trace.environment.set(traceID)
    let value = getenv(Trace.name).map { String(cString: $0) }
    guard let traceID, traceID.utf8.count < 4_000 else {
      return check(value == nil || traceID != nil, "a trace that there is none of is not set")
    }
    // Whoever reads a C string reads it up to its zero.
    check(value?.utf8.elementsEqual(traceID.utf8.prefix { $0 != 0 }) == true, "the trace is set: \(traceID)")
  }

  private func isIDCharacter(_ byte: UInt8) -> Bool {
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_".utf8.contains(byte)
  }
}

/// A number may be written with a sign and zeros, and one that is none, or too large, counts as absent.
private func checkField(_ value: String?, is expected: String?, _ name: String) {
  var expected = expected
  if name == "content-length" || name == "lambda-runtime-deadline-ms" {
    expected = expected.flatMap { Int($0) }.flatMap { name == "content-length" && $0 < 0 ? nil : "\($0)" }
  }
  let isEqual = value.map { Array($0.utf8) } == expected.map { Array($0.utf8) }
  check(isEqual, "\(name) is \(expected ?? "absent"): \(value ?? "absent")")
}
