import Logging
import Testing

@testable import LambdaRuntime

@Suite struct ResponseHeadTests {
  private func head(_ lines: String...) -> ResponseHead {
    var head = ResponseHead()
    for line in lines { Array(line.utf8).withUnsafeBufferPointer { head.receive(line: $0.span) } }
    return head
  }

  @Test func `Every header of the Runtime API is read`() {
    let head = head(
      "HTTP/1.1 200 OK\r\n", "Content-Length: 12\r\n", "Lambda-Runtime-Aws-Request-Id: id\r\n",
      "Lambda-Runtime-Deadline-Ms: 1542409706888\r\n", "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda\r\n",
      "Lambda-Runtime-Trace-Id: Root=1;Sampled=1\r\n", "Lambda-Runtime-Client-Context: {\"a\":1}\r\n",
      "Lambda-Runtime-Cognito-Identity: {\"b\":2}\r\n", "Lambda-Runtime-Aws-Tenant-Id: blue\r\n", "\r\n")
    let expected = ResponseHead(
      contentLength: 12, requestID: "id", deadlineMilliseconds: 1_542_409_706_888, functionARN: "arn:aws:lambda",
      traceID: "Root=1;Sampled=1", clientContext: "{\"a\":1}", cognitoIdentity: "{\"b\":2}", tenantID: "blue")
    #expect(head == expected)
  }

  @Test(arguments: ["lambda-runtime-aws-request-id:id\r\n", "LAMBDA-RUNTIME-AWS-REQUEST-ID: \t id \t\r\n"])
  func `The case of a name and the white space around a value do not count`(line: String) {
    #expect(head(line).requestID == "id")
  }

  @Test(arguments: [
    "Lambda-Runtime-Trace-Id:\r\n", "Lambda-Runtime-Trace-Id:   \r\n", "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Trace-I: x\r\n",
    "Lambda-Runtime-Trace-Idd: x\r\n", ": x\r\n", "\r\n", "", "Content-Length: -1\r\n", "Content-Length: x\r\n",
    "Lambda-Runtime-Deadline-Ms: soon\r\n", "Lambda-Runtime-Deadline-Ms: 99999999999999999999999\r\n",
  ])
  func `What is empty or unknown counts as absent`(line: String) {
    #expect(head(line) == ResponseHead())
  }

  @Test func `A colon in a value belongs to it`() {
    #expect(head("Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:x\r\n").functionARN == "arn:aws:lambda:x")
  }
}

@Suite struct InvocationContextTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test func `Lambda's deadline is counted from the arrival`() throws {
    let now = ContinuousClock.now
    let head = ResponseHead(requestID: "id", deadlineMilliseconds: 1_000_004_000)
    let context = try #require(InvocationContext(head, receivedAt: now, date: 1_000_001_000, logger: logger))
    #expect(context.deadline == now + .seconds(3))
    #expect(context.deadline(within: .seconds(5), margin: .milliseconds(500)) == now + .milliseconds(2_500))
    #expect(context.deadline(within: .seconds(2), margin: .milliseconds(500)) == now + .milliseconds(1_500))
  }

  @Test func `Without Lambda's deadline the limit counts`() {
    let context = InvocationContext(requestID: "id", logger: logger)
    #expect(context.remaining == nil)
    #expect(context.deadline(within: .seconds(5), margin: .zero) == context.receivedAt + .seconds(5))
  }

  @Test func `What remains is never negative`() {
    let context = InvocationContext(requestID: "id", deadline: .now - .seconds(1), logger: logger)
    #expect(context.remaining == .zero)
  }

  @Test func `An event without a request id is none`() {
    #expect(InvocationContext(ResponseHead(), receivedAt: .now, date: 0, logger: logger) == nil)
  }

  @Test(arguments: ["a b", "..", "../..", "a/b", "a?b", "a#b", "a%20b", "a\u{1}b", "é"])
  func `An id that cannot stand in a URL is none`(id: String) {
    #expect(InvocationContext(ResponseHead(requestID: id), receivedAt: .now, date: 0, logger: logger) == nil)
  }

  @Test(arguments: ["a\rb", "a\u{0}b", "\u{7F}"]) func `A nonce that cannot stand in a header makes no invocation`(
    nonce: String
  ) {
    let head = ResponseHead(requestID: "id", invocationID: nonce)
    #expect(InvocationContext(head, receivedAt: .now, date: 0, logger: logger) == nil)
  }

  @Test func `Any other nonce is taken`() {
    let head = ResponseHead(requestID: "id", invocationID: "a=b/c é")
    #expect(InvocationContext(head, receivedAt: .now, date: 0, logger: logger)?.invocationID == "a=b/c é")
  }

  @Test func `Lambda's ids are taken`() throws {
    let id = "8476a536-E9f4-11e8-9739-2dfe598c3fcd"
    let context = InvocationContext(ResponseHead(requestID: id), receivedAt: .now, date: 0, logger: logger)
    #expect(context?.requestID == id)
  }

  @Test(arguments: [Int.min, -1, 0, Int.max]) func `Any deadline is taken`(milliseconds: Int) {
    let head = ResponseHead(requestID: "id", deadlineMilliseconds: milliseconds)
    #expect(InvocationContext(head, receivedAt: .now, date: 1_800_000_000_000, logger: logger) != nil)
  }
}
