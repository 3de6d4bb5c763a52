import CCurl
import Glibc
import TestSupport
import Testing

@testable import LambdaRuntime

/// What is asked of libcurl, as a server sees it.
@Suite struct HTTPClientTests {
  private static var headers: HeaderList { HeaderList(["Expect:"]) }
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

  @Test func `A GET waits longer than a POST may take`() throws {
    let server = try ScriptedServer([.answer(Self.answer), .late(Self.answer, 400)])
    defer { server.stop() }
    let client = try HTTPClient(endpoint: server.endpoint, maximumBody: 100, postMilliseconds: 100)
    #expect(try client.post("/", headers: Self.headers, body: [1]).status == 200)
    #expect(try client.get("/next")?.status == 200)
  }

  @Test func `A POST without an answer is given up`() throws {
    let server = try ScriptedServer([.late(Self.answer, 400)])
    defer { server.stop() }
    let client = try HTTPClient(endpoint: server.endpoint, maximumBody: 100, postMilliseconds: 100)
    #expect(throws: TransportError(code: CURLE_OPERATION_TIMEDOUT)) {
      try client.post("/", headers: Self.headers, body: [1])
    }
  }

  @Test func `A large POST is JSON, and does not ask whether to continue`() throws {
    let server = try ScriptedServer([.answer(Self.answer)])
    defer { server.stop() }
    let body = [UInt8](repeating: 32, count: 2 << 20)
    let header = "Lambda-Runtime-Function-Error-Type: Function.Ab"
    _ = try HTTPClient(endpoint: server.endpoint, maximumBody: 100).post(
      "/", headers: HeaderList(["Content-Type: application/json", "Expect:", header]), body: body)
    let request = try #require(server.requests.first)
    #expect(request.body.utf8.count == body.count)
    #expect(request.head.contains("Content-Type: application/json") && request.head.contains(header))
    #expect(!request.head.contains("Expect"))
  }

  @Test(arguments: ["", "a b:9001", "127.0.0.1:99999", "127.0.0.1:port"])
  func `There is no client of what is no server`(
    endpoint: String
  ) {
    #expect(throws: TransportError(code: CURLE_URL_MALFORMAT)) {
      _ = try HTTPClient(endpoint: endpoint, maximumBody: 100)
    }
  }

  @Test func `An empty POST has no body`() throws {
    let server = try ScriptedServer([.answer(Self.answer)])
    defer { server.stop() }
    _ = try HTTPClient(endpoint: server.endpoint, maximumBody: 100).post("/", headers: Self.headers, body: [])
    #expect(server.requests.first?.head.contains("Content-Length: 0") == true)
  }

  @Test func `What is over the limit is counted and not kept`() throws {
    let server = try ScriptedServer([.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")])
    defer { server.stop() }
    let response = try HTTPClient(endpoint: server.endpoint, maximumBody: 3).get("/next")
    #expect(response?.body == Array("012".utf8) && response?.bodyLength == 10)
  }

  @Test func `Each request has its own target, and none has a header that nobody asked for`() throws {
    let server = try ScriptedServer([.answer(Self.answer), .answer(Self.answer)])
    defer { server.stop() }
    let client = try HTTPClient(endpoint: server.endpoint, maximumBody: 100)
    _ = try client.get("/a/next")
    _ = try client.post("/b/response", headers: Self.headers, body: [1])
    #expect(server.requests.map(\.line) == ["GET /a/next HTTP/1.1", "POST /b/response HTTP/1.1"])
    #expect(server.requests.first?.head.contains("Accept") == false)
  }

  @Test func `What has to be sent again over a new connection is the same request`() throws {
    // Where a kept connection ends without an answer, libcurl itself sends the request once more.
    let server = try ScriptedServer([.answer(Self.answer), .cutOff(""), .answer(Self.answer), .answer(Self.answer)])
    defer { server.stop() }
    let client = try HTTPClient(endpoint: server.endpoint, maximumBody: 100)
    _ = try client.get("/a/next")
    #expect(try client.post("/b/response", headers: Self.headers, body: Array("body".utf8)).usedNewConnection)
    _ = try client.get("/c/next")
    let requests = server.requests
    let lines = ["GET /a/next", "POST /b/response", "POST /b/response", "GET /c/next"]
    #expect(requests.map(\.line) == lines.map { $0 + " HTTP/1.1" })
    #expect(requests.map(\.connection) == [0, 0, 1, 1])
    #expect(requests.map(\.body) == ["", "body", "body", ""])
    #expect(requests.allSatisfy { $0.head.split(separator: "\r\n").contains("Host: \(server.endpoint)") })
  }

  @Test(arguments: [0, 10]) func `A response that has begun to come in is not lost to an interruption`(
    milliseconds: UInt32
  ) throws {
    let interrupt = Semaphore()
    let interrupted = Semaphore()
    let server = try LoopbackServer { socket in
      defer { close(socket) }
      var request = [UInt8](repeating: 0, count: 1_024)
      recv(socket, &request, request.count, 0)
      for part in Self.answer.split(separator: "{", omittingEmptySubsequences: false).map({ Array($0.utf8) }) {
        send(
          socket, part.first == UInt8(ascii: "}") ? Array("{}".utf8) : part, part.count + (part.count == 1 ? 1 : 0), 0)
        interrupt.signal()
        interrupted.wait()
        usleep(milliseconds * 1_000)
      }
    }
    let client = try HTTPClient(endpoint: "127.0.0.1:\(server.port)", maximumBody: 100)
    onThread {
      interrupt.wait()
      client.interrupt()
      interrupted.signal()
      interrupted.signal()
    }
    #expect(try client.get("/next")?.body == Array("{}".utf8))
    #expect(try client.get("/next") == nil)
  }

  @Test func `A GET that waits is interrupted by another thread, and so is the next one`() async throws {
    let server = try SilentListener()
    let client = try HTTPClient(endpoint: "127.0.0.1:\(server.port)", maximumBody: 100)
    let begun = ContinuousClock.now
    onThread {
      usleep(20_000)
      client.interrupt()
    }
    #expect(try client.get("/next") == nil)
    #expect(try client.get("/next") == nil)
    #expect(.now - begun < .seconds(5))
  }
}
