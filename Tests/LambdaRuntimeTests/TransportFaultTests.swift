import CCurl
import TestSupport
import Testing

@testable import LambdaRuntime

/// What the runtime does where the Runtime API is cut off or silent: the answers of the emulator are always whole, so these come from a script.
@Suite struct TransportFaultTests {
  private static let event = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\nContent-Length: 2\r\n\r\n{}"
  private static let accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
  private static let over = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"

  @Test func `All calls are made over one connection`() async throws {
    let calls = [ScriptedServer.Step.answer(Self.event), .answer(Self.accepted)]
    let server = try ScriptedServer(calls + calls + calls + [.answer(Self.over)])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
    #expect(server.requests.map(\.connection) == [0, 0, 0, 0, 0, 0, 0])
  }

  @Test func `An event that is cut off is asked for again over a new connection`() async throws {
    let server = try ScriptedServer([
      .cutOff("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\nContent-Length: 200\r\n\r\n{"),
      .answer(Self.event), .answer(Self.accepted), .answer(Self.over),
    ])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
    #expect(server.requests.map(\.connection) == [0, 1, 1, 1])
    #expect(server.requests[2].line == "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1")
    #expect(worker.log.text.contains("Trying again"))
  }

  @Test func `Asking for an event is given up after three tries`() async throws {
    let server = try ScriptedServer([.cutOff("HTTP/1.1 200"), .cutOff("HTTP/1.1 200"), .cutOff("HTTP/1.1 200")])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    guard case .transport(_, of: .next) = await worker.exitReason() else {
      Issue.record("the worker gave up for another reason: \(worker.log.text)")
      return
    }
    #expect(server.requests.count == 3)
  }

  @Test func `An event without a request id is asked for again, and then given up`() async throws {
    let nameless = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    let server = try ScriptedServer([.answer(nameless), .answer(nameless), .answer(nameless)])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .missingRequestID)
    #expect(server.requests.map(\.connection) == [0, 1, 2])
  }

  @Test func `Three failures in a row count, not three in all`() async throws {
    let cut = ScriptedServer.Step.cutOff("HTTP/1.1 200")
    let whole = [ScriptedServer.Step.answer(Self.event), .answer(Self.accepted)]
    let server = try ScriptedServer([cut, cut] + whole + [cut, cut] + whole + [.answer(Self.over)])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
  }

  @Test func `A refused connection is given up`() async throws {
    // The listener is closed as soon as its port is known.
    let worker = RunningWorker(endpoint: "127.0.0.1:\(try SilentListener().port)", handler: echo)
    #expect(await worker.exitReason() == .transport(TransportError(code: CURLE_COULDNT_CONNECT), of: .next))
  }

  @Test(arguments: [202, 400, 403])
  func `A response that was cut off is sent once more`(retryStatus: Int) async throws {
    let second = "HTTP/1.1 \(retryStatus) X\r\nContent-Length: 0\r\n\r\n"
    let server = try ScriptedServer([
      .answer(Self.event), .cutOff("HTTP/1.1 202 Acc"), .answer(second), .answer(Self.over),
    ])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
    #expect(server.requests.map(\.line).filter { $0.contains("/response") }.count == 2)
    #expect(!worker.log.text.contains("refused"), "a 400 or 403 to the second try says that the first arrived")
  }

  @Test(arguments: [400, 403]) func `A refusal over a new connection is not silent`(status: Int) async throws {
    let server = try ScriptedServer([
      .cutOff(Self.event), .answer("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n"), .answer(Self.over),
    ])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
    #expect(worker.log.text.contains("status \(status)"))
  }

  @Test func `A response that is cut off twice is given up, and the next event asked for`() async throws {
    let server = try ScriptedServer([
      // libcurl itself sends a request again whose answer does not begin on a kept connection; then the runtime does, once.
      .answer(Self.event), .cutOff(""), .cutOff(""), .cutOff(""), .answer(Self.over),
    ])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
    #expect(worker.log.text.contains("got no answer"))
  }

  @Test func `A stale connection is replaced without a word`() async throws {
    let server = try ScriptedServer([
      .answer(Self.event), .cutOff(Self.accepted), .answer(Self.event), .answer(Self.accepted), .answer(Self.over),
    ])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
    #expect(server.requests.map(\.connection) == [0, 0, 1, 1, 1])
    #expect(worker.log.lines.filter { !$0.contains(" DEBUG ") } == [])
  }

  @Test func `An event over the limit is refused, and the next one handled`() async throws {
    let length = 6_291_557
    let large =
      "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-0\r\nContent-Length: \(length)\r\n\r\n"
      + String(repeating: " ", count: length)
    let server = try ScriptedServer([
      .answer(large), .answer(Self.accepted), .answer(Self.event), .answer(Self.accepted), .answer(Self.over),
    ])
    defer { server.stop() }
    let worker = RunningWorker(endpoint: server.endpoint, handler: echo)
    #expect(await worker.exitReason() == .status(403, of: .next))
    let error = try #require(server.requests.dropFirst().first)
    #expect(error.line.contains("/id-0/error"))
    #expect(error.head.contains("Lambda-Runtime-Function-Error-Type: Function.EventTooLarge"))
    #expect(server.requests[3].line.contains("/id-1/response"))
  }
}
