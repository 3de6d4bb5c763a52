import JSON
import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

/// Responses whose body is written as a stream, from the router to the bytes on the wire.
@Suite struct HTTPStreamTests {
  private func router(_ response: HTTPResponse) -> EventRouter {
    var http = HTTPRouter(cors: CORS(origins: ["https://example.com"]))
    http.on(.get, "/") { _, _, _ in response }
    var events = EventRouter()
    events.on(http)
    return events
  }

  private func bytes(_ response: HTTPResponse, _ method: String = "GET", _ lines: Lines? = nil) async throws -> [UInt8]
  {
    let event = httpEvent(method, headers: ["origin": "https://example.com"], domain: functionURLDomain)
    return try await router(response).handle(Invocation(context: context(lines), payload: Array(event.utf8))).collect()
  }

  private let headers = [
    ("Content-Type", "text/event-stream"), ("Vary", "accept"), ("set-cookie", "a=1, 2"), ("Set-Cookie", "b=2"),
  ]

  @Test func `Before a stream there is a prelude with the status, the joined headers and CORS's`() async throws {
    let response = HTTPResponse.stream(status: 201, headers: headers) { writer in
      try await writer.write("one")
      try await writer.write([0, 0xFF])
    }
    let prelude =
      #"{"statusCode":201,"headers":{"content-type":"text/event-stream","vary":"accept, origin","#
      + #""access-control-allow-origin":"https://example.com","access-control-expose-headers":"link"},"#
      + #""cookies":["a=1, 2","b=2"]}"#
    let bytes = try await bytes(response)
    #expect(bytes == Array(prelude.utf8) + [UInt8](repeating: 0, count: 8) + Array("one".utf8) + [0, 0xFF])
    #expect(try await response.collectBody() == Array("one".utf8) + [0, 0xFF])
  }

  @Test func `The same headers stand before a stream and around bytes`() async throws {
    let streamed = try await bytes(.stream(headers: headers) { _ in })
    let stream = try JSONDocument(Array(streamed.dropLast(8))).root
    let whole = try JSONDocument(await bytes(HTTPResponse(headers: headers))).root
    #expect(streamed.suffix(8) == [UInt8](repeating: 0, count: 8)[...])
    for member in ["statusCode", "headers", "cookies"] {
      #expect(try stream.member(member).bytes == whole.member(member).bytes)
    }
    #expect(stream["body"] == nil && stream["isBase64Encoded"] == nil)
  }

  @Test func `A stream that HTTP does not know is the server's error, and is never begun`() async throws {
    let lines = Lines()
    let response = HTTPResponse.stream(headers: [("location", "/\r\nset-cookie: a=b")]) { _ in
      Issue.record("the stream was begun")
    }
    let root = try JSONDocument(await bytes(response, "GET", lines)).root
    #expect(try root.member("statusCode").integer() == 500)
    #expect(try root.member("body").string().contains("internal_error"))
    #expect(lines.text.contains("errorType=Function.InvalidResponse"))
  }

  @Test func `HEAD has the headers of a stream, which is not begun`() async throws {
    let response = HTTPResponse.stream(headers: headers) { _ in Issue.record("the stream was begun") }
    let bytes = try await bytes(response, "HEAD")
    #expect(try JSONDocument(Array(bytes.dropLast(8))).root.member("statusCode").integer() == 200)
  }

  @Test func `What a stream throws ends the response`() async throws {
    let response = HTTPResponse.stream { writer in
      try await writer.write("half")
      throw CancellationError()
    }
    await #expect(throws: CancellationError.self) { try await bytes(response) }
  }
}
