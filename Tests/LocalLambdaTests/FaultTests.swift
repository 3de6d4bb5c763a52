import LocalLambda
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3)))
struct FaultTests {
  @Test func `A fault befalls its route as often as it says`() async throws {
    try await withRuntimeAPI { api, curl in
      await api.inject(Fault(route: .response, status: 503, times: 2))
      await api.inject(Fault(route: .response, status: 500))
      var statuses: [Int] = []
      for _ in 1...4 { statuses.append(try await curl.post("/invocation/8f5b/response").status) }
      #expect(statuses == [503, 503, 500, 403])
      #expect(try await curl.post("/invocation/8f5b/error").status == 403)
      #expect(await api.exchanges.map(\.status) == [503, 503, 500, 403, 403])
    }
  }

  @Test func `A fault leaves the invocation running`() async throws {
    try await withRuntimeAPI { api, curl in
      await api.inject(Fault(route: .response, status: 500))
      async let result = api.invoke(.patient)
      let id = try await curl.next().requestID
      #expect(try await curl.post("/invocation/\(id)/response", "1").status == 500)
      #expect(try await curl.post("/invocation/\(id)/response", "2").status == 202)
      #expect(await result == .response(Array("2".utf8)))
    }
  }

  @Test func `A connection is closed before or after the call was taken`() async throws {
    try await withRuntimeAPI { api, curl in
      await api.inject(Fault(route: .response, kind: .disconnect(taken: false)))
      await api.inject(Fault(route: .response, kind: .disconnect(taken: true)))
      async let result = api.invoke(.patient)
      let id = try await curl.next().requestID
      #expect(try await curl.post("/invocation/\(id)/response", "1").status == 0)
      #expect(try await curl.post("/invocation/\(id)/response", "2").status == 0)
      #expect(await result == .response(Array("2".utf8)))
      #expect(try await curl.post("/invocation/\(id)/response", "2").status == 403)
      #expect(await api.exchanges.map(\.status) == [200, nil, nil, 403])
    }
  }

  @Test func `An answer is broken off half-way, and its call was taken`() async throws {
    try await withRuntimeAPI { api, curl in
      await api.inject(Fault(route: .next, kind: .brokenOff(afterBytes: 3)))
      async let result = api.invoke(InvocationRequest(payload: Array("[1,2,3]".utf8), timeout: .seconds(60)))
      let broken = try await curl.next()
      #expect(broken.headers["content-length"] == "7")
      #expect(broken.body == "[1,")
      #expect(try await curl.next().body == "[1,2,3]")
      #expect(try await curl.post("/invocation/\(broken.requestID)/response", "1").status == 202)
      #expect(await result == .response(Array("1".utf8)))
    }
  }

  @Test func `A fault does not befall a GET next that waits already`() async throws {
    try await withRuntimeAPI { api, curl in
      async let waiting = curl.next()
      try await eventually("/next waits") { await api.exchanges.count == 1 }
      await api.inject(Fault(route: .next, status: 500))
      async let result = api.invoke(.patient)
      #expect(try await waiting.status == 200)
      #expect(try await curl.next().status == 500)
      #expect(try await curl.post("/invocation/\(waiting.requestID)/response").status == 202)
      _ = await result
    }
  }

  @Test func `A fault befalls an extension's calls, too`() async throws {
    try await withRuntimeAPI { api, curl in
      await api.inject(Fault(route: .extensionRegister, status: 500))
      let url = "http://\(api.endpoint)/2020-01-01/extension/register"
      let options = ["--data", #"{"events":[]}"#, "--header", "Lambda-Extension-Name: own"]
      let first = try await curl.send(url, options)
      let second = try await curl.send(url, options)
      #expect([first.status, second.status] == [500, 200])
    }
  }

  @Test func `A fault befalls a stream before its end`() async throws {
    try await withRuntimeAPI { api, curl in
      await api.inject(Fault(route: .response, status: 500))
      async let result = api.invoke(.patient)
      let id = try await curl.next().requestID
      let connection = try RawConnection(api.endpoint)
      try connection.write(
        "POST /2018-06-01/runtime/invocation/\(id)/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
          + "Lambda-Runtime-Function-Response-Mode: streaming\r\n\r\n3\r\none\r\n")
      #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 500 "))
      #expect(try await curl.post("/invocation/\(id)/response", "1").status == 202)
      #expect(await result == .response([UInt8(ascii: "1")]))
    }
  }
}
