import JSON
import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import TestSupport
import Testing

@Suite struct ProblemTests {
  private func response(to error: any Error, _ lines: Lines? = nil, cors: CORS? = nil) async throws -> HTTPResponse {
    var router = HTTPRouter(cors: cors)
    router.on(.get, "/") { _, _, _ in throw error }
    return try await router.response(to: httpEvent(), lines)
  }

  @Test func `A problem is written as RFC 9457 has it`() async throws {
    let problem = Problem(
      status: 422, codes: ["message_blank", "ttl_blank"], detail: "No \"message\".", headers: [("retry-after", "1")])
    let response = try await response(to: problem)
    #expect(response.status == 422)
    #expect(response["content-type"] == "application/problem+json")
    #expect(response["retry-after"] == "1")
    #expect(
      response.text == #"{"type":"about:blank","title":"Unprocessable Content","status":422,"#
        + #""detail":"No \"message\".","codes":["message_blank","ttl_blank"]}"#)
  }

  @Test(arguments: [
    (400, "Bad Request"), (401, "Unauthorized"), (404, "Not Found"), (405, "Method Not Allowed"), (409, "Conflict"),
    (413, "Content Too Large"), (415, "Unsupported Media Type"), (418, "Bad Request"), (422, "Unprocessable Content"),
    (499, "Bad Request"), (500, "Internal Server Error"), (503, "Service Unavailable"), (599, "Internal Server Error"),
  ]) func `The title follows from the status`(status: Int, title: String) async throws {
    let response = try await response(to: Problem(status: status, codes: []))
    #expect(response.text == #"{"type":"about:blank","title":"\#(title)","status":\#(status),"codes":[]}"#)
  }

  @Test func `A problem of the client's is logged for debugging only`() async throws {
    let lines = Lines()
    _ = try await response(to: Problem(status: 404, codes: ["a", "b"], detail: "No such thing."), lines)
    #expect(lines.text == "debug Not Found codes=a b status=404\n")
  }

  @Test func `A problem of the server's is logged with its cause`() async throws {
    let lines = Lines()
    let problem = Problem(status: 503, codes: ["database_unavailable"], cause: Failure.known)
    let response = try await response(to: problem, lines)
    #expect(response.status == 503)
    #expect(!response.text.contains("told"))
    #expect(
      lines.text
        == "error what the log is told codes=database_unavailable errorType=Function.Known status=503\n")
  }

  @Test func `A handler that was cancelled for its deadline is a 503, and the log says so`() async throws {
    let lines = Lines()
    let handling = Task { () async throws -> HTTPResponse in
      while !Task.isCancelled { await Task.yield() }
      return try await self.response(to: CancellationError(), lines)
    }
    handling.cancel()
    let response = try await handling.value
    #expect(response.status == 503 && response.text.contains(#""codes":["deadline_exceeded"]"#))
    let line = "error The handler was not done in time. codes=deadline_exceeded errorType=Function.DeadlineExceeded"
    #expect(lines.text == line + " status=503\n")
  }

  @Test(arguments: [
    (Failure.known as any Error, "error what the log is told codes=internal_error errorType=Function.Known"),
    (
      Failure2(secret: "hunter2"),
      "error The handler failed: Failure2. codes=internal_error errorType=Function.Unhandled"
    ),
    (CancellationError(), "error The handler was cancelled. codes=internal_error errorType=Function.Cancelled"),
  ]) func `Any other error is logged and not shown`(error: any Error, line: String) async throws {
    let lines = Lines()
    let response = try await response(to: error, lines)
    #expect(response.status == 500)
    #expect(
      response.text
        == #"{"type":"about:blank","title":"Internal Server Error","status":500,"codes":["internal_error"]}"#)
    #expect(lines.text == line + " status=500\n")
  }

  @Test(
    arguments: [
      ("text/plain", nil, "{}", 415, "content_type_unsupported", "content-type has to be application/json."),
      ("application/json", "gzip", "{}", 415, "content_encoding_unsupported", "without a content-encoding"),
      ("application/json", nil, #"{"secret":"#, 400, "body_not_json", "invalid JSON at byte 10"),
    ] as [(String, String?, String, Int, String, String)])
  func `A body that a handler cannot read is a problem of the client's`(
    type: String, encoding: String?, body: String, status: Int, code: String, detail: String
  ) async throws {
    var router = HTTPRouter()
    router.on(.post, "/") { request, _, _ in HTTPResponse(body: try request.json().bytes) }
    let headers = ["content-type": type, "content-encoding": encoding].compactMapValues(\.self)
    let response = try await router.response(to: httpEvent("POST", headers: headers, body: body))
    #expect(response.status == status)
    #expect(response.text.contains(#""codes":["\#(code)"]"#) && response.text.contains(detail))
    #expect(!response.text.contains("secret"))
    #expect(response["accept-encoding"] == (encoding == nil ? nil : "identity"))
  }

  @Test(arguments: [
    (HTTPResponse(headers: [("x\r\nset-cookie", "a=b")]), "name of the response's header number 1"),
    (HTTPResponse(headers: [("a", "b"), ("", "x")]), "name of the response's header number 2"),
    (HTTPResponse(headers: [("x y", "z")]), "name of the response's header number 1"),
    (HTTPResponse(headers: [("é", "z")]), "name of the response's header number 1"),
    (HTTPResponse(headers: [("location", "/\r\nset-cookie: a=b")]), "header location has a control character"),
    (HTTPResponse(headers: [("location", "/\n")]), "header location has a control character"),
    (HTTPResponse(headers: [("location", "\0")]), "header location has a control character"),
    (HTTPResponse(headers: [("location", "\u{7F}")]), "header location has a control character"),
    (HTTPResponse(status: 0), "status is 0"), (HTTPResponse(status: 199), "status is 199"),
    (HTTPResponse(status: 600), "status is 600"),
  ])
  func `A response that HTTP does not know is the server's error`(response: HTTPResponse, note: String) async throws {
    let lines = Lines()
    var router = HTTPRouter()
    router.on(.get, "/") { _, _, _ in response }
    let response = try await router.response(to: httpEvent(), lines)
    #expect(response.status == 500)
    #expect(response.headers.map(\.name) == ["content-type"])
    #expect(response.text.contains(#""codes":["internal_error"]"#))
    #expect(lines.text.contains(note) && lines.text.contains("errorType=Function.InvalidResponse"))
    #expect(lines.text.split(separator: "\n").count == 1)
  }

  @Test func `A problem that HTTP does not know is the server's error, too`() async throws {
    let lines = Lines()
    let response = try await response(to: Problem(status: 7, codes: [], headers: [("a", "\n")]), lines)
    #expect(response.status == 500)
    #expect(lines.text.contains("status is 7"))
  }

  @Test func `Headers may have tabs and text of any language`() async throws {
    var router = HTTPRouter()
    router.on(.get, "/") { _, _, _ in HTTPResponse(headers: [("!#$%&'*+-.^_`|~aZ09", "a\té")]) }
    #expect(try await router.response(to: httpEvent()).status == 200)
  }
}

private enum Failure: LambdaError {
  case known
  var errorType: ErrorType { .function("Known") }
  var errorMessage: String { "what the caller is told" }
  var logMessage: String { "what the log is told" }
}

private struct Failure2: Error {
  var secret: String
}
