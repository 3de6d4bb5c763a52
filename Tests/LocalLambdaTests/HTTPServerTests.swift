import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LocalLambda

/// The server as its clients see it.
@Suite(.timeLimit(.minutes(3)))
struct HTTPServerTests {
  private static let limits = HTTPServer.Limits(maximumHeadBytes: 1000, maximumBodyBytes: 10)

  /// Runs a test with a server, which is stopped afterwards.
  private func with(
    _ handler: @escaping HTTPServer.Handler, _ test: (HTTPServer, _ endpoint: String) async throws -> Void
  ) async throws {
    let server = try HTTPServer.start(port: 0, limits: Self.limits, handler: handler)
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await test(server, "127.0.0.1:\(server.port)"))
    } catch {
      outcome = .failure(error)
    }
    await server.stop()
    try outcome.get()
  }

  /// Answers with what it was asked.
  private static let mirror: HTTPServer.Handler = { call in
    let said =
      "\(call.method) \(call.path) \(call.query) \(String(decoding: call.body, as: UTF8.self)) "
      + "\(call.bodySize) \(call.bodyFault.map { "\($0)" } ?? "-") \(call.trailers.joined("x-sum") ?? "-")\n"
    return .response(HTTPResponse(status: 200, body: Array(said.utf8)))
  }

  /// A request; the last one asks the server to close the connection.
  private func get(_ path: String = "/", isLast: Bool = true) -> String {
    "GET \(path) HTTP/1.1\r\nHost: x\r\n\(isLast ? "Connection: close\r\n" : "")\r\n"
  }

  private func post(_ headers: String, _ body: String) -> String {
    "POST / HTTP/1.1\r\nHost: x\r\n\(headers)\r\n\r\n\(body)"
  }

  private func bodies(_ answers: String) -> [Substring] {
    answers.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("GET ") || $0.hasPrefix("POST ") }
  }

  @Test func `Two requests sent at once are answered in turn`() async throws {
    try await with(Self.mirror) { _, endpoint in
      let answers = try await RawConnection.send(get("/a?b=%20", isLast: false) + get("//c"), to: endpoint)
      #expect(bodies(answers) == ["GET /a b=%20  0 - -", "GET //c   0 - -"])
      #expect(answers.components(separatedBy: "HTTP/1.1 200 \r\n").count == 3)
    }
  }

  @Test func `A chunked body comes with its trailers`() async throws {
    try await with(Self.mirror) { _, endpoint in
      let request = post(
        "Connection: close\r\nTransfer-Encoding: chunked", "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 7\r\nX-Sum: 8\r\n\r\n")
      let answer = try await RawConnection.send(request, to: endpoint)
      #expect(bodies(answer) == ["POST /  abcde 5 - 7,8"])
    }
  }

  @Test func `A body over the limit is read to its end, and the connection goes on`() async throws {
    try await with(Self.mirror) { _, endpoint in
      let requests = post("Content-Length: 11", "01234567890") + get("/next")
      let answers = try await RawConnection.send(requests, to: endpoint)
      #expect(bodies(answers) == ["POST /   11 tooLarge(limit: 10) -", "GET /next   0 - -"])
    }
  }

  @Test(arguments: [("Content-Length: 9", "abc"), ("Transfer-Encoding: chunked", "3\r\nabc\r\n2\r\n")])
  func `A body that ends early is told to the handler, and its answer to the client`(
    headers: String, body: String
  ) async throws {
    try await with(Self.mirror) { _, endpoint in
      let answer = try await RawConnection.send(post(headers, body), to: endpoint, halfCloses: true)
      #expect(bodies(answer) == ["POST /   3 truncated -"])
      #expect(answer.contains("\r\nconnection: close\r\n"))
    }
  }

  @Test(arguments: [
    ("GET\r\n\r\n", 400), ("GET / HTTP/3\r\n", 505), ("GET / HTTP/1.1\r\n" + String(repeating: "a", count: 2000), 431),
  ])
  func `What is no request is answered by the server, and the connection closed`(
    request: String, status: Int
  ) async throws {
    try await with({ _ in .disconnect }) { _, endpoint in
      let answer = try await RawConnection.send(request, to: endpoint)
      #expect(answer.hasPrefix("HTTP/1.1 \(status) \r\n"))
      #expect(answer.contains("\r\nconnection: close\r\n"))
    }
  }

  @Test(arguments: ["POST / HTTP/1.0\r\nContent-Length: 1", "GET / HTTP/1.1\r\nConnection: close\r\nHost: x"])
  func `A client that cannot wait to go on is told nothing of it`(request: String) async throws {
    try await with(Self.mirror) { _, endpoint in
      let answer = try await RawConnection.send(request + "\r\nExpect: 100-continue\r\n\r\na", to: endpoint)
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test func `A client that asks whether to go on is told so before its body is there`() async throws {
    try await with(Self.mirror) { _, endpoint in
      let curl = Curl(endpoint: endpoint)
      // Without an answer curl would wait for a minute.
      let answer = try await curl.send(
        "http://\(endpoint)/",
        ["--data", "abc", "--header", "Expect: 100-continue", "--expect100-timeout", "60", "--max-time", "30"])
      #expect(answer.body.contains("POST /  abc 3"))
    }
  }

  @Test func `An answer can be broken off, and a request left without one`() async throws {
    let answer = HTTPResponse(status: 200, body: Array("0123456789".utf8))
    try await with({ $0.path == "/half" ? .brokenOff(answer, afterBytes: 4) : .disconnect }) { _, endpoint in
      let half = try await RawConnection.send(get("/half", isLast: false) + get("/half"), to: endpoint)
      #expect(half.contains("\r\ncontent-length: 10\r\n"))
      #expect(half.hasSuffix("\r\n\r\n0123"))
      #expect(try await RawConnection.send(get("/none"), to: endpoint) == "")
    }
  }

  @Test func `A handler is cancelled when its client hangs up`() async throws {
    let begun = Mutex(0)
    let ended = Mutex(0)
    let endless: HTTPServer.Handler = { _ in
      begun.withLock { $0 += 1 }
      try? await Task.sleep(for: .seconds(100))
      ended.withLock { $0 += 1 }
      return .disconnect
    }
    try await with(endless) { _, endpoint in
      let connection = try RawConnection(endpoint)
      try connection.write(get())
      try await eventually("the handler runs") { begun.withLock { $0 } == 1 }
      connection.hangUp()
      try await eventually("it is cancelled") { ended.withLock { $0 } == 1 }
    }
  }

  @Test func `A body that begins after its client has hung up is cancelled`() async throws {
    let begun = Mutex(false)
    let cancelled = Mutex(false)
    try await with({ _ in
      begun.withLock { $0 = true }
      try? await Task.sleep(for: .seconds(60))  // Until the client hangs up.
      let body = HTTPBodyStream()
      body.whenCancelled { cancelled.withLock { $0 = true } }
      return .stream(HTTPResponse(status: 200), body)
    }) { _, endpoint in
      let connection = try RawConnection(endpoint)
      try connection.write(get())
      try await eventually("the handler runs") { begun.withLock { $0 } }
      connection.hangUp()
      try await eventually("the body is cancelled") { cancelled.withLock { $0 } }
    }
  }

  @Test func `A HEAD and some statuses have no body, and a header cannot make another`() async throws {
    try await with({ call in
      let status = Int(call.path.dropFirst()) ?? 200
      let headers = ["x-a": "b\r\nx-injected: c\0", "no name": "d", "": "e"]
      return .response(
        HTTPResponse(status: status, headers: headers, cookies: ["a=b", "c=d"], body: Array("body".utf8)))
    }) { _, endpoint in
      let head = try await RawConnection.send("HEAD / HTTP/1.0\r\n\r\n", to: endpoint)
      #expect(head.contains("\r\ncontent-length: 4\r\n") && head.hasSuffix("\r\n\r\n"))
      #expect(head.contains("\r\nx-a: b  x-injected: c \r\nset-cookie: a=b\r\nset-cookie: c=d\r\n"))
      #expect(!head.contains("no name") && !head.contains("\r\n:"))
      for (status, length) in [("204", nil), ("304", nil), ("205", "content-length: 0")] {
        let answer = try await RawConnection.send(get("/\(status)"), to: endpoint)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) \r\n") && answer.hasSuffix("\r\n\r\n"))
        #expect(length.map { answer.contains($0) } ?? !answer.contains("content-length"))
      }
    }
  }

  @Test func `A client that sends more than is read of a refused request still sees why`() async throws {
    try await with(Self.mirror) { _, endpoint in
      let request = "GET / HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 12_000_000)
      let answer = try await RawConnection.send(request, to: endpoint)
      #expect(answer.hasPrefix("HTTP/1.1 431 "))
    }
  }

  @Test func `Clients beyond the limit wait until one has ended`() async throws {
    var limits = Self.limits
    limits.maximumConnections = 2
    let served = Mutex<[String]>([])
    let server = try HTTPServer.start(port: 0, limits: limits) { call in
      served.withLock { $0.append(call.path) }
      return await Self.mirror(call)
    }
    let endpoint = "127.0.0.1:\(server.port)"
    let first = try RawConnection(endpoint)
    let second = try RawConnection(endpoint)
    let third = try RawConnection(endpoint)
    try third.write(get("/third"))
    try second.write(get("/second"))
    #expect(bodies(try await second.readToEnd()) == ["GET /second   0 - -"])
    #expect(bodies(try await third.readToEnd()) == ["GET /third   0 - -"])
    try first.write(get("/first"))
    #expect(bodies(try await first.readToEnd()) == ["GET /first   0 - -"])
    #expect(served.withLock { $0 } == ["/second", "/third", "/first"])
    let rest = try [RawConnection(endpoint), RawConnection(endpoint), RawConnection(endpoint)]
    await server.stop()
    for connection in rest { connection.hangUp() }
  }

  @Test func `The date has HTTP's form, and is the handler's where that has one`() async throws {
    let dated = HTTPServer.Limits(maximumHeadBytes: 100, maximumBodyBytes: 0)
    let server = try HTTPServer.start(port: 0, limits: dated) { _ in
      .response(HTTPResponse(status: 200, headers: ["date": "today"]))
    }
    let own = try await RawConnection.send(get(), to: "127.0.0.1:\(server.port)")
    #expect(own.components(separatedBy: "date: ").count == 2 && own.contains("\r\ndate: today\r\n"))
    await server.stop()
    try await with(Self.mirror) { _, endpoint in
      let answer = try await RawConnection.send(get(), to: endpoint)
      let form = /\r\ndate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d GMT\r\n/
      #expect(answer.contains(form))
    }
  }

  @Test func `HTTP 1.0 and a client that wants so get one answer for a connection`() async throws {
    try await with(Self.mirror) { _, endpoint in
      for request in ["GET /a HTTP/1.0\r\n\r\n", get("/a")] {
        let answer = try await RawConnection.send(request + get("/b"), to: endpoint)
        #expect(bodies(answer) == ["GET /a   0 - -"])
      }
    }
  }

  @Test func `Stopping lets an answer that is owed go out, and closes what is idle`() async throws {
    let answers = Mutex<CheckedContinuation<Void, Never>?>(nil)
    let server = try HTTPServer.start(port: 0, limits: Self.limits) { _ in
      await withCheckedContinuation { continuation in answers.withLock { $0 = continuation } }
      return .response(HTTPResponse(status: 200, body: Array("late".utf8)))
    }
    let endpoint = "127.0.0.1:\(server.port)"
    let (idle, busy) = (try RawConnection(endpoint), try RawConnection(endpoint))
    try busy.write(get(isLast: false))
    try await eventually("the handler runs") { answers.withLock { $0 != nil } }
    async let stopping: Void = server.stop()
    #expect(try await idle.readToEnd() == "")
    answers.withLock { $0?.resume() }
    #expect(try await busy.readToEnd().hasSuffix("\r\nconnection: close\r\n\r\nlate"))
    await stopping
    #expect(try await Curl(endpoint: endpoint).next().status == 0, "nobody listens")
  }

  @Test func `Stopping does not wait for a handler that never ends`() async throws {
    let begun = Mutex(false)
    let server = try HTTPServer.start(port: 0, limits: Self.limits) { _ in
      begun.withLock { $0 = true }
      // Cancelling does not reach it.
      try? await Task { try await Task.sleep(for: .seconds(100)) }.value
      return .disconnect
    }
    let connection = try RawConnection("127.0.0.1:\(server.port)")
    try connection.write(get())
    try await eventually("the handler runs") { begun.withLock { $0 } }
    let duration = await ContinuousClock().measure { await server.stop() }
    #expect(duration < .seconds(5))
    #expect(try await connection.readToEnd() == "")
  }

  @Test func `Stopping twice, or without a client, is nothing special`() async throws {
    let server = try HTTPServer.start(port: 0, limits: Self.limits, handler: Self.mirror)
    async let first: Void = server.stop()
    await server.stop()
    await first
    await server.stop()
  }

  @Test func `Many clients are served at once`() async throws {
    try await with(Self.mirror) { _, endpoint in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 1...50 {
          group.addTask {
            let requests = (1...20).map { get("/\(number)/\($0)", isLast: $0 == 20) }.joined()
            let answers = try await RawConnection.send(requests, to: endpoint)
            return bodies(answers) == (1...20).map { "GET /\(number)/\($0)   0 - -" }
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test(arguments: [-1, 65_536]) func `A port that there is not is an error`(port: Int) throws {
    #expect(throws: PortError.self) {
      _ = try HTTPServer.start(port: port, limits: Self.limits, handler: Self.mirror)
    }
  }
}
