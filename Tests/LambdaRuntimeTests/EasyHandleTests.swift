import CCurl
import Testing

@testable import LambdaRuntime

/// What is asked of libcurl, as a server sees it.
@Suite struct EasyHandleTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

  @Test func `A GET waits longer than a POST may take`() throws {
    let server = try ScriptedServer([.answer(Self.answer), .late(Self.answer, 400)])
    defer { server.stop() }
    let handle = try EasyHandle(maximumBody: 100, postMilliseconds: 100)
    #expect(try handle.post("http://\(server.endpoint)/", body: [1]).get().status == 200)
    #expect(try handle.get("http://\(server.endpoint)/").get().status == 200)
  }

  @Test func `A POST without an answer is given up`() throws {
    let server = try ScriptedServer([.late(Self.answer, 400)])
    defer { server.stop() }
    let handle = try EasyHandle(maximumBody: 100, postMilliseconds: 100)
    #expect(throws: TransportError(code: CURLE_OPERATION_TIMEDOUT)) {
      try handle.post("http://\(server.endpoint)/", body: [1]).get()
    }
  }

  @Test func `A large POST is JSON, and does not ask whether to continue`() throws {
    let server = try ScriptedServer([.answer(Self.answer)])
    defer { server.stop() }
    let body = [UInt8](repeating: 32, count: 2 << 20)
    let header = "Lambda-Runtime-Function-Error-Type: Function.Ab"
    _ = try EasyHandle(maximumBody: 100).post("http://\(server.endpoint)/", body: body, headers: [header]).get()
    let request = try #require(server.requests.first)
    #expect(request.body.utf8.count == body.count)
    #expect(request.head.contains("Content-Type: application/json") && request.head.contains(header))
    #expect(!request.head.contains("Expect"))
  }

  @Test func `An empty POST has no body`() throws {
    let server = try ScriptedServer([.answer(Self.answer)])
    defer { server.stop() }
    _ = try EasyHandle(maximumBody: 100).post("http://\(server.endpoint)/", body: []).get()
    #expect(server.requests.first?.head.contains("Content-Length: 0") == true)
  }

  @Test func `What is over the limit is counted and not kept`() throws {
    let server = try ScriptedServer([.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")])
    defer { server.stop() }
    let response = try EasyHandle(maximumBody: 3).get("http://\(server.endpoint)/").get()
    #expect(response.body == Array("012".utf8) && response.bodyLength == 10)
  }
}
