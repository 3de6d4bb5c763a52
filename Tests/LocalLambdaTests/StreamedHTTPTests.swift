import Foundation
import TestSupport
import Testing

@testable import LocalLambda

/// Streams as a client outside the process sees them: through the HTTP API and InvokeWithResponseStream.
@Suite(.timeLimit(.minutes(3)))
struct StreamedHTTPTests {
  /// Runs a test with a server in front of a function, whose shell script has `prelude` to begin an HTTP response.
  private static func with(
    _ script: String, managed: Int? = nil, _ test: (String, ScriptedFunction) async throws -> Void
  ) async throws {
    let prelude = #"prelude() { printf %s "$1"; head -c 8 /dev/zero; }"#
    try await ScriptedFunction.with(script, managed: managed, preparation: prelude) { scripted in
      var options = LocalServer.Options()
      options.port = 0
      let server = try await LocalServer.start(options, function: scripted.function, files: [:]) { _ in }
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await test(String(server.url.dropFirst("http://".count)), scripted))
      } catch {
        outcome = .failure(error)
      }
      await server.stop()
      try outcome.get()
    }
  }

  private static let integration = "application/vnd.awslambda.http-integration-response"

  private static func get(_ endpoint: String, version: String = "1.1") -> String {
    "GET /api/x HTTP/\(version)\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n"
  }

  @Test func `The HTTP API plays a stream with a prelude like a function URL`() async throws {
    let script = #"""
      { prelude '{"statusCode":201,"headers":{"X-A":"b","Content-Type":"text/plain"},"cookies":["c=d"]}'
        printf one; while [ ! -e go ]; do sleep 0.05; done; printf two; } | stream '\#(Self.integration)'
      """#
    try await Self.with(script) { endpoint, scripted in
      let connection = try RawConnection(endpoint)
      try connection.write(Self.get(endpoint))
      // The second chunk is not written before the first was read.
      let begun = try await connection.read(until: "one")
      #expect(begun.hasPrefix("HTTP/1.1 201 "))
      #expect(begun.contains("\r\ncontent-type: text/plain\r\n") && begun.contains("\r\nx-a: b\r\nset-cookie: c=d\r\n"))
      #expect(begun.contains("\r\ntransfer-encoding: chunked\r\n") && !begun.contains("content-length"))
      try scripted.touch("go")
      #expect(try await connection.readToEnd().hasSuffix("3\r\ntwo\r\n0\r\n\r\n"))
    }
  }

  @Test func `A client of HTTP 1.0 gets a stream that ends with its connection`() async throws {
    try await Self.with("{ prelude '{}'; printf one; } | stream '\(Self.integration)'") { endpoint, _ in
      let answer = try await RawConnection.send(Self.get(endpoint, version: "1.0"), to: endpoint)
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
      #expect(answer.contains("\r\ncontent-type: application/octet-stream\r\n") && !answer.contains("chunked"))
      #expect(answer.hasSuffix("\r\n\r\none"))
    }
  }

  @Test func `A stream without a prelude is buffered, as by an HTTP API`() async throws {
    let script = #"printf '{"statusCode":202,"body":"é"}' | stream text/plain"#
    try await Self.with(script) { endpoint, _ in
      let answer = try await RawConnection.send(Self.get(endpoint), to: endpoint)
      #expect(answer.hasPrefix("HTTP/1.1 202 "))
      #expect(answer.contains("\r\ncontent-length: 2\r\n") && answer.hasSuffix("\r\n\r\né"))
    }
  }

  @Test(arguments: ["printf 'no prelude'", "prelude '[]'", #"prelude '{"statusCode":99}'"#])
  func `A prelude that is none is the function's error`(output: String) async throws {
    try await Self.with("\(output) | stream '\(Self.integration)'") { endpoint, _ in
      let answer = try await RawConnection.send(Self.get(endpoint), to: endpoint)
      #expect(answer.hasPrefix("HTTP/1.1 500 "))
    }
  }

  @Test func `A stream that breaks off is broken off for its client, too`() async throws {
    let script =
      "{ prelude '{}'; printf one; while [ ! -e go ]; do sleep 0.05; done; kill -KILL 0; } "
      + "| stream '\(Self.integration)'"
    try await Self.with(script) { endpoint, scripted in
      let connection = try RawConnection(endpoint)
      try connection.write(Self.get(endpoint))
      _ = try await connection.read(until: "one")
      try scripted.touch("go")
      let rest = try await connection.readToEnd()
      #expect(!rest.contains("0\r\n\r\n"))
    }
  }

  @Test func `A client that hangs up ends the function's stream`() async throws {
    let script =
      "{ prelude '{}'; printf one; while [ ! -e go ]; do sleep 0.05; done; } "
      + "| stream '\(Self.integration)'; echo $? >>ends"
    try await Self.with(script) { endpoint, scripted in
      let connection = try RawConnection(endpoint)
      try connection.write(Self.get(endpoint))
      _ = try await connection.read(until: "one")
      connection.hangUp()
      try await eventually("its connection has broken") {
        try scripted.touch("go")
        return scripted.lines(of: "ends").count == 1
      }
      #expect(scripted.lines(of: "ends") != ["0"])
    }
  }

  @Test(arguments: [("GET", 204), ("GET", 205), ("GET", 304), ("HEAD", 200)])
  func `A stream whose client gets no body is not broken off`(method: String, status: Int) async throws {
    let script = #"""
      { prelude '{"statusCode":\#(status)}'; while [ ! -e go ]; do sleep 0.05; done; printf one; } |
        stream '\#(Self.integration)'; echo $? >>ends
      """#
    try await Self.with(script) { endpoint, scripted in
      let connection = try RawConnection(endpoint)
      try connection.write("\(method) /api/x HTTP/1.1\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n")
      let head = try await connection.read(until: "\r\n\r\n")
      #expect(head.hasPrefix("HTTP/1.1 \(status) "))
      #expect(head.contains("\r\ntransfer-encoding: chunked\r\n") == (method == "HEAD"))
      #expect(head.contains("\r\ncontent-length: 0\r\n") == (status == 205))
      try scripted.touch("go")
      #expect(try await connection.readToEnd() == "")
      try await eventually("the stream has ended") { scripted.lines(of: "ends") == ["0"] }
    }
  }

  // MARK: InvokeWithResponseStream

  /// The events of a response: their types, and their payloads as text.
  private static func events(_ bytes: [UInt8]) throws -> [String] {
    var rest = bytes[...]
    var events: [String] = []
    func number(_ bytes: some Collection<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
    while !rest.isEmpty {
      let message = Array(rest.prefix(number(rest.prefix(4))))
      try #require(message.count >= 16)
      #expect(number(message[8..<12]) == Int(EventStream.crc32(Array(message[..<8]))))
      #expect(number(message.suffix(4)) == Int(EventStream.crc32(message.dropLast(4))))
      var headers = message[12...].prefix(number(message[4..<8]))
      let payload = message[headers.endIndex...].dropLast(4)
      var values: [String: String] = [:]
      while let length = headers.popFirst() {
        let name = String(decoding: headers.prefix(Int(length)), as: UTF8.self)
        headers = headers.dropFirst(Int(length))
        try #require(headers.popFirst() == 7)
        let size = number(headers.prefix(2))
        values[name] = String(decoding: headers.dropFirst(2).prefix(size), as: UTF8.self)
        headers = headers.dropFirst(2 + size)
      }
      #expect(values[":message-type"] == "event")
      events.append("\(values[":event-type"] ?? "") \(String(decoding: payload, as: UTF8.self))")
      rest = rest.dropFirst(message.count)
    }
    return events
  }

  private static func path(_ endpoint: String) -> String {
    "http://\(endpoint)/2021-11-15/functions/scripted/response-streaming-invocations"
  }

  @Test func `The checksum is the known one`() {
    #expect(EventStream.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
  }

  @Test func `InvokeWithResponseStream gives each chunk as an event, and then the end`() async throws {
    let script = #"""
      case $event in
        1) { printf one; sleep 0.3; printf two; } | stream text/plain ;;
        2) fail '{"errorMessage":"no"}' ;;
        3) answer whole ;;
      esac
      """#
    try await Self.with(script) { endpoint, _ in
      let (bytes, head) = try await Self.raw(endpoint, event: "1", headers: "X-Amz-Log-Type: Tail\r\n")
      #expect(head.contains("\r\ncontent-type: application/vnd.amazon.eventstream\r\n"))
      let events = try Self.events(bytes)
      #expect(events.prefix(2) == ["PayloadChunk one", "PayloadChunk two"])
      let end = try #require(events.last?.wholeMatch(of: #/InvokeComplete {"LogResult":"([^"]+)"}/#))
      let log = try #require(Data(base64Encoded: String(end.1)))
      #expect(String(decoding: log, as: UTF8.self).wholeMatch(of: #/START .*\nEND .*\nREPORT .*\n/#) != nil)
      #expect(
        try Self.events(await Self.raw(endpoint, event: "2").bytes) == [
          #"InvokeComplete {"ErrorCode":"Unhandled","ErrorDetails":"{\"errorMessage\":\"no\"}"}"#
        ])
      #expect(
        try Self.events(await Self.raw(endpoint, event: "3").bytes) == ["PayloadChunk whole", "InvokeComplete {}"])
    }
  }

  @Test func `A stream that the function's end breaks off is not complete`() async throws {
    try await Self.with("{ printf one; sleep 60; } | stream text/plain") { endpoint, scripted in
      let connection = try RawConnection(endpoint)
      try connection.write(
        "POST /2021-11-15/functions/scripted/response-streaming-invocations HTTP/1.1\r\nHost: \(endpoint)\r\n"
          + "Connection: close\r\nContent-Length: 1\r\n\r\n1")
      _ = try await connection.read(until: "one")
      await scripted.function.stop()
      let rest = try await connection.readToEnd()
      #expect(!rest.contains("InvokeComplete") && !rest.hasSuffix("0\r\n\r\n"))
    }
  }

  @Test func `InvokeWithResponseStream refuses what it does not take`() async throws {
    try await Self.with(#"echo x >>seen; while [ ! -e go ]; do sleep 0.05; done; answer 1"#, managed: 1) {
      endpoint, scripted in
      let curl = Curl(endpoint: endpoint)
      let event = try await curl.send(
        Self.path(endpoint), ["--data-binary", "@-", "--header", "X-Amz-Invocation-Type: Event"], body: "1")
      #expect(event.status == 400)
      #expect(event.headers["x-amzn-errortype"] == "InvalidParameterValueException")
      async let first = scripted.function.invoke([UInt8(ascii: "1")])
      try await eventually("it runs") { scripted.lines(of: "seen").count == 1 }
      let refused = try await curl.send(Self.path(endpoint), ["--data-binary", "@-"], body: "1")
      #expect(refused.status == 429)
      #expect(refused.headers["x-amzn-errortype"] == "TooManyRequestsException")
      try scripted.touch("go")
      _ = await first
    }
  }

  /// The head and the body of a response, whose chunks are put together.
  private static func raw(
    _ endpoint: String, event: String, headers: String = ""
  ) async throws -> (bytes: [UInt8], head: String) {
    let connection = try RawConnection(endpoint)
    try connection.write(
      "POST /2021-11-15/functions/scripted/response-streaming-invocations HTTP/1.1\r\nHost: \(endpoint)\r\n"
        + "Connection: close\r\n\(headers)Content-Length: \(event.utf8.count)\r\n\r\n\(event)")
    var rest = try await connection.readBytesToEnd()[...]
    let end = try #require(rest.firstRange(of: Array("\r\n\r\n".utf8)))
    let head = String(decoding: rest[..<end.upperBound], as: UTF8.self)
    rest = rest[end.upperBound...]
    var bytes: [UInt8] = []
    while let line = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let size = try #require(Int(String(decoding: rest[..<line].dropLast(), as: UTF8.self), radix: 16))
      if size == 0 { break }
      bytes += rest[(line + 1)...].prefix(size)
      rest = rest[(line + 1)...].dropFirst(size + 2)
    }
    return (bytes, head)
  }
}
