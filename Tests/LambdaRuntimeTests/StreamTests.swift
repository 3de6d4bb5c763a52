import Foundation
import JSON
import LocalLambda
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// Responses that are streams, as they are on the wire.
@Suite(.ownThread) struct StreamTests {
  private static let head = """
    HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\nLambda-Runtime-Invocation-Id: nonce-1\r\n\
    Content-Length: 2\r\n
    """

  /// A Runtime API that hands out one event, and keeps what comes back, with the time at which it came.
  private final class Wire: Sendable {
    struct State {
      var received: [(text: String, time: ContinuousClock.Instant)] = []
      var events = 0
    }

    let state = Mutex(State())
    private let isSlow: Bool
    private let hangsUpAfter: String?
    private let deadline: Int?

    /// `isSlow`: nothing of the response is read. `hangsUpAfter`: the connection is broken off once that has come.
    init(isSlow: Bool = false, hangsUpAfter: String? = nil, deadline: Int? = nil) {
      self.isSlow = isSlow
      self.hangsUpAfter = hangsUpAfter
      self.deadline = deadline
    }

    var text: String { state.withLock { $0.received.map(\.text).joined() } }

    /// When a text had come.
    func time(of text: String) -> ContinuousClock.Instant? {
      state.withLock { state in
        var all = ""
        for (piece, time) in state.received {
          all += piece
          if all.contains(text) { return time }
        }
        return nil
      }
    }

    func serve(_ socket: Int32) {
      defer { close(socket) }
      var text = ""
      while let piece = read(socket) {
        text += piece
        if text.hasPrefix("GET") {
          guard text.hasSuffix("\r\n\r\n") else { continue }
          text = ""
          let isFirst = state.withLock {
            $0.events += 1
            return $0.events == 1
          }
          guard isFirst else { return write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", to: socket) }
          let limit = deadline.map { "Lambda-Runtime-Deadline-Ms: \(Realtime.now.milliseconds + $0)\r\n" } ?? ""
          write(StreamTests.head + limit + "\r\n{}", to: socket)
          if isSlow {
            // Until the client gives up.
            var polled = pollfd(fd: socket, events: 0, revents: 0)
            poll(&polled, 1, 20_000)
            return
          }
          continue
        }
        state.withLock { $0.received.append((piece, .now)) }
        if let hangsUpAfter, text.contains(hangsUpAfter) { return }
        if text.hasSuffix("\r\n\r\n"), text.suffix(1_000).contains("\r\n0\r\n") {
          text = ""
          write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", to: socket)
        }
      }
    }

    private func read(_ socket: Int32) -> String? {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(socket, &buffer, buffer.count, 0)
      return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    private func write(_ text: String, to socket: Int32) {
      _ = text.withCString { send(socket, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    }
  }

  /// Has one event handled, and waits for the runtime's end, which is the 403 to its next question.
  private func run(
    _ wire: Wire, maximumLength: Int = Response.maximumStreamLength,
    _ handle: @escaping @Sendable (Invocation) async throws -> Response
  ) async throws -> Log {
    let server = try LoopbackServer { wire.serve($0) }
    let worker = RunningWorker(endpoint: "127.0.0.1:\(server.port)", handler: ResponseHandler(handle)) {
      $0.maximumStreamLength = maximumLength
    }
    #expect(await worker.exitReason() == .status(403, of: .next))
    return worker.log
  }

  @Test func `Each piece is sent when it is written`() async throws {
    let wire = Wire()
    _ = try await run(wire) { _ in
      .stream(contentType: "text/plain") { writer in
        for piece in ["one", "two", "three"] {
          try await writer.write(piece)
          try await Task.sleep(for: .milliseconds(60))
        }
      }
    }
    let head = try #require(wire.text.split(separator: "\r\n\r\n").first?.lowercased())
    #expect(head.hasPrefix("post /2018-06-01/runtime/invocation/id-1/response http/1.1"))
    for line in [
      "lambda-runtime-function-response-mode: streaming", "transfer-encoding: chunked", "content-type: text/plain",
      "trailer: lambda-runtime-function-error-type, lambda-runtime-function-error-body",
      "lambda-runtime-invocation-id: nonce-1",
    ] {
      #expect(head.contains("\r\n\(line)"), "\(line) is not in \(head)")
    }
    let times = try ["3\r\none\r\n", "3\r\ntwo\r\n", "5\r\nthree\r\n", "\r\n0\r\n\r\n"].map {
      try #require(wire.time(of: $0))
    }
    for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier > .milliseconds(40)) }
  }

  @Test func `A stream that breaks has the error behind it`() async throws {
    struct Broken: LambdaError {
      let errorType = ErrorType.function("HalfWay")
      let errorMessage = "It broke."
    }
    let wire = Wire()
    let log = try await run(wire) { _ in
      .stream { writer in
        try await writer.write("one")
        throw Broken()
      }
    }
    let end = try #require(wire.text.components(separatedBy: "3\r\none\r\n0\r\n").last)
    let lines = end.split(separator: "\r\n")
    #expect(lines.first == "Lambda-Runtime-Function-Error-Type: Function.HalfWay")
    let prefix = "Lambda-Runtime-Function-Error-Body: "
    let body = try #require(lines.dropFirst().first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count))
    let decoded = [UInt8](base64: body.utf8.span)
    let report = try JSONDocument(#require(decoded)).root
    #expect(try report.member("errorType").string() == "Function.HalfWay")
    #expect(try report.member("errorMessage").string() == "It broke.")
    #expect(log.text.contains(" ERROR id-1 It broke."))
  }

  @Test func `A reader who hangs up cancels the handler, wherever it waits`() async throws {
    let wire = Wire(hangsUpAfter: "one")
    let begun = ContinuousClock.now
    let isCancelled = Atomic(false)
    let log = try await run(wire) { _ in
      .stream { writer in
        try await writer.write("one")
        do {
          try await Task.sleep(for: .seconds(30))
        } catch {
          isCancelled.store(true, ordering: .relaxed)
          throw error
        }
      }
    }
    let wasCancelled = isCancelled.load(ordering: .relaxed)
    #expect(wasCancelled)
    #expect(.now - begun < .seconds(10))
    #expect(log.text.contains("errorType=Function.StreamClosed"))
  }

  @Test func `A reader who is slow slows the handler down, until its deadline`() async throws {
    let wire = Wire(isSlow: true, deadline: 1_000)
    let written = Atomic(0)
    let log = try await run(wire) { _ in
      .stream { writer in
        let piece = [UInt8](repeating: 65, count: 1 << 20)
        while true {
          try await writer.write(piece)
          written.add(1, ordering: .relaxed)
        }
      }
    }
    // What is between the two, in buffers of the system's, is some megabytes.
    let count = written.load(ordering: .relaxed)
    #expect(count < 32)
    #expect(log.text.contains("errorType=Function.DeadlineExceeded"))
  }

  @Test func `A piece that the deadline has cut off is an error, whatever the handler makes of it`() async throws {
    let log = try await run(Wire(isSlow: true, deadline: 1_000)) { _ in
      .stream { writer in try? await writer.write([UInt8](repeating: 65, count: 64 << 20)) }
    }
    #expect(log.text.contains("ERROR id-1 The handler was not done in time. errorType=Function.DeadlineExceeded"))
  }

  @Test func `What is written after a piece that was cut off comes behind the rest of it`() async throws {
    let length = 64 << 20
    let isCutOff = Atomic(false)
    let api = try await RuntimeAPI.start()
    let handler = ResponseHandler { _ in
      .stream { writer in
        let cutOff = Task { try await writer.write([UInt8](repeating: 65, count: length)) }
        // The write has the worker's thread, and is in the middle of it once something has come.
        Task.detached {
          try await waitUntil("the first bytes") { await (api.exchanges.last?.bodySize ?? 0) > 0 }
          cutOff.cancel()
        }
        if case .failure(is CancellationError) = await cutOff.result { isCutOff.store(true, ordering: .relaxed) }
        try await writer.write("end")
      }
    }
    let worker = RunningWorker(endpoint: api.endpoint, handler: handler)
    let stream = api.invokeWithResponseStream(InvocationRequest(payload: [1], timeout: .seconds(60)))
    // Nobody reads before, so that it cannot be written to its end.
    try await waitUntil("the cut") { isCutOff.load(ordering: .relaxed) }
    var bytes: [UInt8] = []
    for await chunk in stream { bytes += chunk.bytes }
    #expect(await stream.failure == nil)
    #expect(bytes.count == length + 3 && bytes.suffix(4).elementsEqual("Aend".utf8), "\(bytes.count - length)")
    await api.stop()
    _ = await worker.end()
  }

  @Test func `More than Lambda streams is an error`() async throws {
    let wire = Wire()
    let log = try await run(wire, maximumLength: 9) { _ in
      .stream { writer in
        for piece in ["123456789", "0"] { try await writer.write(piece) }
      }
    }
    #expect(log.text.contains("errorType=Function.ResponseTooLarge"))
    #expect(wire.text.contains("Function.ResponseTooLarge"))
  }

  @Test func `A writer that was kept beyond its stream writes nothing`() async throws {
    let kept = Mutex<ResponseWriter?>(nil)
    _ = try await run(Wire()) { _ in
      .stream { writer in
        kept.withLock { $0 = writer }
        try await writer.write("one")
      }
    }
    let writer = try #require(kept.withLock { $0 })
    await #expect(throws: (any Error).self) { try await writer.write("late") }
  }

  @Test func `One worker sends one stream after the other, whole and broken`() async throws {
    struct Broken: Error {}
    let api = try await RuntimeAPI.start()
    let handler = ResponseHandler { invocation in
      .stream { writer in
        // More than libcurl's buffer holds.
        for _ in 0..<3 { try await writer.write([UInt8](repeating: invocation.payload[0], count: 70_000)) }
        if invocation.payload[0] % 2 == 1 { throw Broken() }
      }
    }
    let worker = RunningWorker(endpoint: api.endpoint, handler: handler)
    for number in 0..<20 as Range<UInt8> {
      let stream = api.invokeWithResponseStream(InvocationRequest(payload: [number]))
      var bytes: [UInt8] = []
      for await chunk in stream { bytes += chunk.bytes }
      let isWhole = bytes == [UInt8](repeating: number, count: 210_000)
      #expect(isWhole)
      if number % 2 == 0 { continue }
      guard case .functionError("Function.Unhandled", _) = await stream.failure else {
        Issue.record("\(number) has no trailers")
        continue
      }
    }
    await api.stop()
    _ = await worker.end()
  }

  @Test func `A handler that does not heed a reader's hanging up costs no time of the processor's`() async throws {
    let time = Mutex(Duration.zero)
    _ = try await run(Wire(hangsUpAfter: "one")) { _ in
      .stream { writer in
        try await writer.write("one")
        let start = ThreadTime.now
        await Task { try? await Task.sleep(for: .milliseconds(400)) }.value
        time.withLock { $0 = ThreadTime.now - start }
      }
    }
    let used = time.withLock { $0 }
    #expect(used > .zero && used < .milliseconds(25), "\(used)")
  }

  /// What the calling thread has had of the processor.
  private enum ThreadTime {
    static var now: Duration {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
  }

  @Test func `A stream without a byte is an empty response`() async throws {
    let wire = Wire()
    _ = try await run(wire) { _ in .stream { _ in } }
    #expect(wire.text.hasSuffix("\r\n\r\n0\r\n\r\n"))
  }
}

/// A handler out of a closure that makes whole responses.
struct ResponseHandler: Handler {
  let body: @Sendable (Invocation) async throws -> Response

  init(_ body: @escaping @Sendable (Invocation) async throws -> Response) {
    self.body = body
  }

  func handle(_ invocation: Invocation) async throws -> Response {
    try await body(invocation)
  }
}
