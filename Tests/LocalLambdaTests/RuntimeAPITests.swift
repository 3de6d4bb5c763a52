import Synchronization
import TestSupport
import Testing

@testable import LocalLambda

/// The Runtime API as a runtime sees it: over HTTP.
@Suite(.timeLimit(.minutes(3)))
struct RuntimeAPITests {
  @Test func `An event goes out, and its answer comes back`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(
        InvocationRequest(payload: Array(#"{"a":"é"}"#.utf8), timeout: .seconds(60), traceID: "Root=1-2-3"))
      let event = try await curl.next()
      #expect(event.status == 200)
      #expect(event.body == #"{"a":"é"}"#)
      #expect(event.headers["lambda-runtime-trace-id"] == "Root=1-2-3")
      #expect(event.headers["lambda-runtime-invoked-function-arn"]?.hasPrefix("arn:aws:lambda:") == true)
      #expect(event.headers["lambda-runtime-client-context"] == nil)
      let id = try #require(event.headers["lambda-runtime-aws-request-id"])
      let accepted = try await curl.post("/invocation/\(id)/response", #"{"b":1}"#)
      #expect(accepted.status == 202)
      #expect(accepted.body == #"{"status":"OK"}"#)
      #expect(await result == .response(Array(#"{"b":1}"#.utf8)))
    }
  }

  @Test func `Whoever wants to know is told when calls came and responses went`() async throws {
    let calls = Mutex<[CallTimes]>([])
    var options = RuntimeAPI.Options()
    options.onCall = { call in calls.withLock { $0.append(call) } }
    try await withRuntimeAPI(options) { api, curl in
      async let event = curl.next()
      try await eventually("/next waits") { await api.waitingCalls == 1 }
      let invoked = ContinuousClock.now
      async let result = api.invoke(.patient)
      let id = try await event.requestID
      _ = try await curl.post("/invocation/\(id)/response", "1")
      _ = try await curl.post("/invocation/\(id)/error", "{}")
      _ = await result
      try await eventually("all were told") { calls.withLock { $0.count } == 3 }
      let told = calls.withLock { $0 }
      #expect(told.map(\.route) == [.next, .response, .error])
      #expect(told.map(\.status) == [200, 202, 403])
      #expect(told.map(\.requestID) == [id, id, id])
      #expect(told[0].arrival < invoked && told[0].departure > invoked, "the call waited for the event")
      for (call, next) in zip(told, told.dropFirst()) {
        #expect(call.arrival <= call.departure && call.departure < next.arrival)
      }
    }
  }

  @Test func `The deadline is the timeout from now`() async throws {
    try await withRuntimeAPI { api, curl in
      let before = try epochMilliseconds()
      async let result = api.invoke(InvocationRequest(payload: [], timeout: .seconds(60)))
      let event = try await curl.next()
      let deadline = try #require(event.headers["lambda-runtime-deadline-ms"].flatMap { Int64($0) })
      let after = try epochMilliseconds()
      #expect((before + 60_000...after + 60_000).contains(deadline))
      _ = try await curl.post("/invocation/\(event.requestID)/response")
      _ = await result
    }
  }

  @Test func `GET next waits for an event`() async throws {
    try await withRuntimeAPI { api, curl in
      async let event = curl.next()
      try await eventually("/next waits") { await api.exchanges.count == 1 }
      #expect(await api.exchanges.first?.status == nil)
      async let result = api.invoke(InvocationRequest(payload: Array("1".utf8), timeout: .seconds(60)))
      #expect(try await event.body == "1")
      #expect(try await curl.post("/invocation/\(event.requestID)/response").status == 202)
      #expect(await result == .response(Array("{}".utf8)))
    }
  }

  @Test func `A function error has its type and body`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let id = try await curl.next().requestID
      let answer = try await curl.post(
        "/invocation/\(id)/error", #"{"errorMessage":"no"}"#,
        "--header", "lambda-runtime-function-error-type: Function.Bad")
      #expect(answer.status == 202)
      #expect(await result == .functionError(type: "Function.Bad", body: Array(#"{"errorMessage":"no"}"#.utf8)))
    }
  }

  @Test func `A wrong state and an unknown id are told in AWS's form`() async throws {
    try await withRuntimeAPI { api, curl in
      let early = try await curl.post("/invocation/8f5b/response")
      #expect(early.status == 403)
      #expect(early.body.hasSuffix(#""errorType":"InvalidStateTransition"}"#), "\(early.body)")
      #expect(early.headers["content-type"] == "application/json")
      async let result = api.invoke(.patient)
      let id = try await curl.next().requestID
      let unknown = try await curl.post("/invocation/8f5b/response")
      #expect(unknown.status == 400)
      #expect(unknown.body.hasSuffix(#""errorType":"InvalidRequestID"}"#), "\(unknown.body)")
      _ = try await curl.post("/invocation/\(id)/response")
      _ = await result
    }
  }

  @Test(arguments: [(20, 202), (21, 413)])
  func `A body over the limit is refused, and fails the invocation`(size: Int, status: Int) async throws {
    var options = RuntimeAPI.Options()
    options.maximumResponseBytes = 20
    try await withRuntimeAPI(options) { api, curl in
      async let result = api.invoke(.patient)
      let id = try await curl.next().requestID
      let answer = try await curl.post("/invocation/\(id)/response", String(repeating: "7", count: size))
      #expect(answer.status == status)
      #expect(await result.functionErrorType == (status == 413 ? "Function.ResponseSizeTooLarge" : nil))
    }
  }

  @Test func `Six megabytes and a hundred bytes pass`() async throws {
    try await withRuntimeAPI { api, curl in
      for (size, status) in [(6_291_556, 202), (6_291_557, 413)] {
        async let result = api.invoke(.patient)
        let id = try await curl.next().requestID
        let answer = try await curl.post("/invocation/\(id)/response", String(repeating: "7", count: size))
        #expect(answer.status == status)
        _ = await result
        #expect(await api.exchanges.last?.bodySize == size)
      }
    }
  }

  @Test func `A body that ends early fails the invocation`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let path = "/2018-06-01/runtime/invocation/\(try await curl.next().requestID)/response"
      let answer = try await RawConnection.send(
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}", to: api.endpoint, halfCloses: true)
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
      #expect(answer.contains("TruncatedHTTPRequest"), "\(answer)")
      #expect(await result.functionErrorType == "Runtime.TruncatedResponse")
      #expect(await api.exchanges.last?.bodySize == 2)
    }
  }

  @Test func `A chunked body is taken`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let id = try await curl.next().requestID
      let answer = try await curl.post("/invocation/\(id)/response", "[1]", "--header", "Transfer-Encoding: chunked")
      #expect(answer.status == 202)
      #expect(await result == .response(Array("[1]".utf8)))
    }
  }

  private static let streaming = "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked"

  @Test(arguments: [
    ("", .response(Array("[1]".utf8))),
    (
      "Lambda-Runtime-Function-Error-Type: Function.Late\r\nLambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n",
      InvocationResult.functionError(type: "Function.Late", body: Array(#"{"a":1}"#.utf8))
    ),
    (
      "Lambda-Runtime-Function-Error-Type: late\r\nLambda-Runtime-Function-Error-Body: ?\r\n",
      .functionError(type: "Runtime.Unknown", body: [])
    ),
  ])
  func `A streamed response ends well, or with the error of its trailers`(
    trailers: String, expected: InvocationResult
  ) async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let path = "/2018-06-01/runtime/invocation/\(try await curl.next().requestID)/response"
      let answer = try await RawConnection.send(
        "POST \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(Self.streaming)\r\n\r\n"
          + "2\r\n[1\r\n1\r\n]\r\n0\r\n\(trailers)\r\n", to: api.endpoint)
      #expect(answer.hasPrefix("HTTP/1.1 202 "))
      #expect(await result == expected)
    }
  }

  @Test func `A stream that ends half-way is a truncated response`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let path = "/2018-06-01/runtime/invocation/\(try await curl.next().requestID)/response"
      let answer = try await RawConnection.send(
        "POST \(path) HTTP/1.1\r\nHost: x\r\n\(Self.streaming)\r\n\r\n2\r\n[1\r\n", to: api.endpoint,
        halfCloses: true)
      #expect(answer.contains("TruncatedHTTPRequest"), "\(answer)")
      #expect(await result.functionErrorType == "Runtime.TruncatedResponse")
    }
  }

  @Test func `An event does not go to a runtime that has hung up`() async throws {
    try await withRuntimeAPI { api, curl in
      let gone = try RawConnection(api.endpoint)
      try gone.write("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
      try await eventually("/next waits") { await api.waitingCalls == 1 }
      gone.hangUp()
      try await eventually("its end is known") { await api.waitingCalls == 0 }
      async let result = api.invoke(.patient)
      let event = try await curl.next()
      #expect(event.status == 200)
      _ = try await curl.post("/invocation/\(event.requestID)/response")
      #expect(await result == .response(Array("{}".utf8)))
    }
  }

  @Test func `An invocation times out, and a late answer is told so`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(InvocationRequest(payload: [], timeout: .milliseconds(200)))
      let id = try await curl.next().requestID
      #expect(await result == .timedOut)
      let late = try await curl.post("/invocation/\(id)/response")
      #expect(late.status == 410)
    }
  }

  @Test func `An init error is visible, and ends the invocation`() async throws {
    try await withRuntimeAPI { api, curl in
      async let result = api.invoke(.patient)
      let answer = try await curl.post(
        "/init/error", #"{"errorMessage":"no"}"#, "--header", "Lambda-Runtime-Function-Error-Type: Runtime.Bad")
      #expect(answer.status == 202)
      #expect(await result == .initError(type: "Runtime.Bad", body: Array(#"{"errorMessage":"no"}"#.utf8)))
      #expect(await api.initError?.type == "Runtime.Bad")
      #expect(try await curl.next().status == 403)
    }
  }

  @Test func `Paths and methods that are not the Runtime API's are refused`() async throws {
    try await withRuntimeAPI { api, curl in
      let unknown = try await curl.send("http://\(api.endpoint)/")
      let wrong = try await curl.post("/invocation/next")
      #expect([unknown.status, wrong.status] == [404, 405])
      #expect(await api.exchanges.map(\.status) == [404, 405])
    }
  }

  @Test func `A caller who gives up ends as cancelled`() async throws {
    try await withRuntimeAPI { api, curl in
      let caller = Task { await api.invoke(.patient) }
      let id = try await curl.next().requestID
      caller.cancel()
      #expect(await caller.value == .cancelled)
      #expect(try await curl.post("/invocation/\(id)/response").status == 410)
    }
  }

  @Test func `A caller who gave up beforehand ends as cancelled`() async throws {
    try await withRuntimeAPI { api, _ in
      let caller = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await api.invoke(.patient)
      }
      #expect(await caller.value == .cancelled)
    }
  }

  @Test func `Stopping tells a waiting runtime to exit, and frees the port`() async throws {
    let api = try await RuntimeAPI.start()
    let curl = Curl(endpoint: api.endpoint)
    async let waiting = curl.next()
    try await eventually("/next waits") { await api.exchanges.count == 1 }
    await api.stop()
    #expect(try await waiting.status == 500)
    #expect(try await curl.next().status == 0, "nobody listens")
    #expect(await api.invoke(.patient) == .cancelled)
  }

  @Test func `Stopping does not wait for a request that never ends`() async throws {
    let api = try await RuntimeAPI.start()
    let connection = try RawConnection(api.endpoint)
    try connection.write("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}")
    try TCPConnections.waitUntilRead(ofPort: connection.port)
    let duration = await ContinuousClock().measure { await api.stop() }
    #expect(duration < .seconds(5))
  }

  @Test func `A port in use is an error`() async throws {
    try await withRuntimeAPI { api, _ in
      var options = RuntimeAPI.Options()
      options.port = try #require(api.endpoint.split(separator: ":").last.flatMap { Int($0) })
      let error = await #expect(throws: PortError.self) { try await RuntimeAPI.start(options: options) }
      #expect(error?.description.hasPrefix("Nothing can listen on port \(options.port) of 127.0.0.1: ") == true)
      #expect(error?.description.contains("Address already in use") == true)
    }
  }

  @Test func `Every request is recorded`() async throws {
    try await withRuntimeAPI { api, curl in
      _ = try await curl.post("/invocation/8f5b/error", "12345", "--header", "X-Twice: a", "--header", "X-Twice: b")
      let exchange = try #require(await api.exchanges.first)
      #expect(exchange.method == "POST")
      #expect(exchange.path == "/2018-06-01/runtime/invocation/8f5b/error")
      #expect(exchange.bodySize == 5)
      #expect(exchange.status == 403)
      #expect(exchange.headers["x-twice"] == "a, b")
      #expect(exchange.headers["host"] == api.endpoint)
      #expect(exchange.headers["content-length"] == "5")
      #expect(exchange.headers["expect"] == nil)
    }
  }

  @Test func `A large error cause is taken`() async throws {
    try await withRuntimeAPI { api, curl in
      let cause = String(repeating: "x", count: 120_000)
      let answer = try await curl.post(
        "/init/error", "{}", "--header", "Lambda-Runtime-Function-XRay-Error-Cause: \(cause)")
      #expect(answer.status == 202)
      #expect(await api.exchanges.first?.headers["lambda-runtime-function-xray-error-cause"]?.count == 120_000)
    }
  }

  @Test func `One connection serves many requests`() async throws {
    try await withRuntimeAPI { api, curl in
      let url = "http://\(api.endpoint)/2018-06-01/runtime/invocation/8f5b/response"
      let answer = try await curl.send(
        url,
        [
          "--data", "{}", "--write-out", "%{num_connects}", "--next", "--silent", "--data", "{}", "--noproxy", "*",
          "--write-out", "%{num_connects}", url,
        ])
      #expect(answer.body.hasSuffix("}0"), "the second request took a connection of its own: \(answer.body)")
    }
  }
}
