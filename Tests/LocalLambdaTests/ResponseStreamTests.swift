import TestSupport
import Testing

@testable import LocalLambda

/// Responses that come as a stream, as their caller and the runtime see them.
@Suite(.timeLimit(.minutes(3)))
struct ResponseStreamTests {
  /// A runtime's connection on which a stream has begun.
  private struct Stream {
    let requestID: String
    let connection: RawConnection

    /// Takes the event that is there, and begins to respond.
    init(_ api: RuntimeAPI, _ curl: Curl, headers: String = "", invocationID: String? = nil) async throws {
      let event = try await curl.next()
      requestID = event.requestID
      connection = try RawConnection(api.endpoint)
      let handOut = invocationID ?? event.headers["lambda-runtime-invocation-id"] ?? ""
      try connection.write(
        """
        POST /2018-06-01/runtime/invocation/\(requestID)/response HTTP/1.1\r
        Host: x\r
        Connection: close\r
        Lambda-Runtime-Invocation-Id: \(handOut)\r
        Lambda-Runtime-Function-Response-Mode: streaming\r
        Transfer-Encoding: chunked\r
        Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r
        \(headers)\r

        """)
    }

    func write(_ chunk: String) throws {
      try connection.write("\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n")
    }

    func end(trailers: String = "") throws {
      try connection.write("0\r\n\(trailers)\r\n")
    }
  }

  private static func text(_ chunk: InvocationStream.Chunk?) -> String? {
    chunk.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func `Chunks arrive as they are written`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let stream = try await Stream(api, curl, headers: "Content-Type: text/event-stream\r\n")
      let chunks = response.makeAsyncIterator()
      var arrivals: [ContinuousClock.Instant] = []
      for chunk in ["one", "two", "three"] {
        let written = ContinuousClock.now
        try stream.write(chunk)
        // It is read before the next one is written: nothing waits for the end.
        let read = await chunks.next()
        #expect(Self.text(read) == chunk)
        if let arrival = read?.arrival {
          #expect(arrival >= written)
          arrivals.append(arrival)
        }
      }
      #expect(response.contentType == "text/event-stream")
      #expect(arrivals == arrivals.sorted())
      try stream.end()
      #expect(await chunks.next() == nil)
      #expect(await response.failure == nil)
      let answer = try await stream.connection.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 202 "))
      #expect(await api.exchanges.last?.bodySize == 11)
    }
  }

  @Test func `A stream that breaks half-way ends with the error of its trailers`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let stream = try await Stream(api, curl)
      try stream.write("half")
      try stream.end(
        trailers: "Lambda-Runtime-Function-Error-Type: Function.Broken\r\n"
          + "Lambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n")
      var chunks: [String?] = []
      for await chunk in response { chunks.append(Self.text(chunk)) }
      #expect(chunks == ["half"])
      #expect(await response.failure == .functionError(type: "Function.Broken", body: Array(#"{"a":1}"#.utf8)))
      #expect(try await stream.connection.readToEnd().hasPrefix("HTTP/1.1 202 "))
    }
  }

  @Test func `A connection that ends before the stream does fails the invocation`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let stream = try await Stream(api, curl)
      try stream.write("half")
      #expect(Self.text(await response.makeAsyncIterator().next()) == "half")
      stream.connection.hangUp()
      guard case .functionError("Runtime.TruncatedResponse", _) = await response.failure else {
        Issue.record("it did not fail so")
        return
      }
    }
  }

  @Test func `Whoever reads slowly slows the runtime`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let id = try await curl.next().requestID
      let size = 8 << 20
      async let answer = curl.post(
        "/invocation/\(id)/response", String(repeating: "7", count: size),
        "--header", "Lambda-Runtime-Function-Response-Mode: streaming")
      try await eventually("it has begun") { await api.exchanges.last?.bodySize ?? 0 > 0 }
      try await Task.sleep(for: .milliseconds(300))
      #expect(await api.exchanges.last?.bodySize ?? 0 < 1 << 20, "nobody has read any of it")
      var read = 0
      for await chunk in response { read += chunk.bytes.count }
      #expect(read == size, "more than a response that is no stream may have")
      #expect(await response.failure == nil)
      #expect(try await answer.status == 202)
    }
  }

  @Test func `A caller that hangs up breaks the runtime's connection off`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let stream = try await Stream(api, curl)
      try stream.write("one")
      #expect(await response.makeAsyncIterator().next() != nil)
      response.cancel()
      // Nothing more is written, and there is no response.
      #expect(try await stream.connection.readToEnd() == "")
      #expect(await response.failure == .abandoned)
      #expect(try await curl.post("/invocation/\(stream.requestID)/error").status == 410)
      async let next = api.invoke(.patient)
      let id = try await curl.next().requestID
      #expect(try await curl.post("/invocation/\(id)/response", "1").status == 202)
      #expect(await next == .response([UInt8(ascii: "1")]))
    }
  }

  @Test(arguments: [true, false]) func `To drop a stream, and to cancel its reader, is to hang up`(drops: Bool)
    async throws
  {
    try await withRuntimeAPI { api, curl in
      let reader = Task { [api] in
        for await _ in api.invokeWithResponseStream(.patient) where drops { break }
      }
      let stream = try await Stream(api, curl)
      try stream.write("one")
      try await eventually("it has begun") { await api.exchanges.last?.bodySize == 3 || drops }
      if !drops { reader.cancel() }
      #expect(try await stream.connection.readToEnd() == "")
      await reader.value
    }
  }

  @Test(arguments: [true, false]) func `A stream over its limit fails the invocation`(isStreamed: Bool) async throws {
    var options = RuntimeAPI.Options()
    options.maximumStreamBytes = 6
    options.maximumResponseBytes = 5
    try await withRuntimeAPI(options) { api, curl in
      async let whole = isStreamed ? .cancelled : api.invoke(.patient)
      let response = isStreamed ? api.invokeWithResponseStream(.patient) : nil
      let stream = try await Stream(api, curl)
      try stream.write(isStreamed ? "123456" : "12345")
      try stream.write("7")
      // The rest need not come.
      let answer = try await stream.connection.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 413 "))
      var chunks = ""
      if let response { for await chunk in response { chunks += String(decoding: chunk.bytes, as: UTF8.self) } }
      #expect(chunks == (isStreamed ? "123456" : ""))
      let result = await response == nil ? whole : response?.failure
      #expect(result?.functionErrorType == "Function.ResponseSizeTooLarge")
    }
  }

  @Test func `A stream of a hand-out that is stale is refused before it has come`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let stream = try await Stream(api, curl, invocationID: "another")
      let answer = try await stream.connection.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 410 "))
      #expect(answer.contains("ErrorRuntimeInvokeTimeout"))
      #expect(try await curl.post("/invocation/\(stream.requestID)/response", "1").status == 202)
      #expect(await result == .response([UInt8(ascii: "1")]))
    }
  }

  @Test func `A stream that is not over at the deadline is refused`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(InvocationRequest(payload: [], timeout: .milliseconds(500)))
      let stream = try await Stream(api, curl)
      try stream.write("one")
      #expect(await response.failure == .timedOut)
      #expect(try await stream.connection.readToEnd().hasPrefix("HTTP/1.1 410 "))
    }
  }

  @Test func `While a stream comes there is no other response`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let stream = try await Stream(api, curl)
      try stream.write("one")
      #expect(await response.makeAsyncIterator().next() != nil)
      #expect(try await curl.post("/invocation/\(stream.requestID)/response").status == 403)
      #expect(try await curl.post("/invocation/\(stream.requestID)/error").status == 403)
      #expect(try await curl.next().status == 403)
      try stream.end()
      #expect(await response.failure == nil)
    }
  }

  @Test func `A response that is no stream is one chunk`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let id = try await curl.next().requestID
      #expect(try await curl.post("/invocation/\(id)/response", "whole").status == 202)
      let chunks = response.makeAsyncIterator()
      #expect(Self.text(await chunks.next()) == "whole")
      #expect(await chunks.next() == nil)
      #expect(response.contentType == nil)
      #expect(await response.failure == nil)
    }
  }

  @Test func `A runtime that exits in the middle of a stream ends it`() async throws {
    try await withRuntimeAPI { api, curl in
      let response = api.invokeWithResponseStream(.patient)
      let stream = try await Stream(api, curl)
      try stream.write("one")
      #expect(await response.makeAsyncIterator().next() != nil)
      await api.runtimeExited("exited with status 1")
      #expect(await response.failure == .exited("exited with status 1"))
    }
  }

  @Test func `A process goes on when its stream is hung up`() async throws {
    let script = #"""
      if [ "$event" = 1 ]; then
        { echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; } | stream
        echo $? >>ends
      else
        answer "$$"
      fi
      """#
    try await ScriptedFunction.with(script, environments: 1) { scripted in
      let response = scripted.function.invokeWithResponseStream([UInt8(ascii: "1")])
      #expect(Self.text(await response.makeAsyncIterator().next()) == "one\n")
      response.cancel()
      try scripted.touch("go")
      try await eventually("its connection has broken") { scripted.lines(of: "ends").count == 1 }
      #expect(scripted.lines(of: "ends") != ["0"])
      guard case .response(let pid) = await scripted.function.invoke([UInt8(ascii: "2")]) else {
        Issue.record("no response")
        return
      }
      #expect(scripted.lines(of: "pids") == [String(decoding: pid, as: UTF8.self)])
    }
  }

  @Test func `A process that does not come to an end after its stream was hung up is replaced`() async throws {
    let script = #"""
      if [ "$event" = 1 ]; then
        { echo one; sleep 60; } | stream &
        exec sleep 60
      fi
      answer 2
      """#
    try await ScriptedFunction.with(script, timeout: .seconds(2), environments: 1) { scripted in
      let response = scripted.function.invokeWithResponseStream([UInt8(ascii: "1")])
      for await _ in response { break }
      response.cancel()
      #expect(await scripted.function.invoke([UInt8(ascii: "2")]) == .response([UInt8(ascii: "2")]))
      #expect(scripted.lines(of: "pids").count == 2)
    }
  }
}
