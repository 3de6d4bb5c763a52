import Foundation
import Subprocess
import TestSupport
import Testing

/// Lambda's Invoke API of `cruddur serve`, called by AWS's own command line.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ServeInvokeTests {
  @Test func `The aws command invokes the function`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let answer = try await server.aws(bootstrap, payload: #"{"é":[1]}"#)
        #expect(answer.status == .exited(0), "\(answer.error)")
        #expect(answer.payload == #"{"é":[1]}"#)
        #expect(answer.output.contains(#""StatusCode": 200"#))
        #expect(answer.output.contains(#""ExecutedVersion": "$LATEST""#))
        #expect(!answer.output.contains("FunctionError"))
      }
    }
  }

  @Test(arguments: [
    ("fail", #"{"errorMessage":"no"}"#), ("crash", #""errorType":"Runtime.ExitError""#),
    ("hang", "Error: Task timed out after 3.00 seconds"),
  ])
  func `The aws command is told of a function error`(event: String, words: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap, ["--timeout", "3"]) { server in
        let answer = try await server.aws(bootstrap, payload: "\"\(event)\"")
        #expect(answer.status == .exited(0), "\(answer.error)")
        #expect(answer.output.contains(#""FunctionError": "Unhandled""#))
        #expect(answer.payload?.contains(words) == true, "\(answer.payload ?? "")")
      }
    }
  }

  @Test func `The aws command is told that there is no such function`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let answer = try await server.aws(bootstrap, function: "other")
        #expect(answer.status != .exited(0))
        #expect(answer.error.contains("(ResourceNotFoundException)"), "\(answer.error)")
        #expect(bootstrap.invocations.isEmpty)
      }
    }
  }

  @Test func `The client context comes through`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let context = Data(#"{"client":"é"}"#.utf8).base64EncodedString()
        let answer = try await server.aws(
          bootstrap, function: "arn:aws:lambda:us-east-1:123456789012:function:cruddur",
          options: ["--client-context", context],
          payload: #""context""#)
        let text = answer.payload?.trimmingCharacters(in: ["\""]) ?? ""
        let decoded = String(decoding: Data(base64Encoded: text) ?? Data(), as: UTF8.self)
        #expect(decoded.trimmingCharacters(in: .newlines) == #"{"client":"é"}"#)
      }
    }
  }

  @Test(arguments: [
    ("cruddur", [], ":function:cruddur"), ("cruddur:live", [], ":function:cruddur:live"),
    ("cruddur", ["--qualifier", "live"], ":function:cruddur:live"),
    ("cruddur", ["--qualifier", "$LATEST"], ":function:cruddur:$LATEST"),
    ("arn:aws:lambda:eu-central-1:999999999999:function:cruddur:live", [], ":function:cruddur:live"),
    ("999999999999:function:cruddur", [], ":function:cruddur"),
  ])
  func `The aws command may name the function as AWS lets it`(
    name: String, options: [String], arn: String
  ) async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let answer = try await server.aws(bootstrap, function: name, options: options, payload: #""arn""#)
        #expect(answer.status == .exited(0), "\(answer.error)")
        #expect(answer.payload?.hasSuffix("\(arn)\"") == true, "\(answer.payload ?? "")")
      }
    }
  }

  @Test func `The aws command gets the end of the log where it asks for it`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let end = try await RunningServer.with(bootstrap) { server in
        let tail = ["--log-type", "Tail", "--query", "LogResult", "--output", "text"]
        func log(_ answer: String) -> String {
          String(decoding: Data(base64Encoded: answer.trimmingCharacters(in: .newlines)) ?? Data(), as: UTF8.self)
        }
        let short = try await server.aws(bootstrap, options: tail)
        #expect(short.status == .exited(0), "\(short.error)")
        let lines = log(short.output).split(separator: "\n").map { String($0) }
        try #require(lines.count == 5, "\(lines)")
        #expect(lines[0].wholeMatch(of: #/START RequestId: [-0-9a-f]{36} Version: \$LATEST/#) != nil)
        #expect(lines[1...2] == ["a line on standard output", "a line on standard error"])
        #expect(lines[3].hasPrefix("END RequestId: ") && lines[4].hasPrefix("REPORT RequestId: "))
        let long = log(try await server.aws(bootstrap, options: tail, payload: #""loud""#).output)
        #expect(long.utf8.count == 4096)
        #expect(long.contains("\n1998\n1999\n2000\nEND RequestId: "))
        let none = try await server.aws(bootstrap)
        #expect(!none.output.contains("LogResult"))
        let bad = try await server.send(
          "/2015-03-31/functions/cruddur/invocations", "--header", "X-Amz-Log-Type: All", body: "{}")
        #expect(bad.status == 400)
        #expect(bad.headers["x-amzn-errortype"] == "InvalidParameterValueException")
      }
      #expect(end.log.contains("\n1\n2\n3\n"), "all of it is on standard error even so")
    }
  }

  @Test func `Nobody waits for an event, and a dry run invokes nothing`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap, ["--timeout", "60"]) { server in
        let path = "/2015-03-31/functions/cruddur/invocations"
        let dry = try await server.send(path, "--header", "X-Amz-Invocation-Type: DryRun", body: "{}")
        #expect(dry.status == 204)
        #expect(bootstrap.invocations.isEmpty, "a dry run invokes nothing")
        let event = try await server.send(path, "--header", "X-Amz-Invocation-Type: Event", body: "\"hang\"")
        #expect(event.status == 202, "nobody waits for it")
        #expect(event.headers["x-amzn-requestid"] != nil)
        try await eventually("the event is invoked") { bootstrap.read("hanging") != nil }
      }
    }
  }

  @Test func `An event that fails is tried twice again, and each failure is told`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let end = try await RunningServer.with(bootstrap) { server in
        let event = try await server.aws(bootstrap, options: ["--invocation-type", "Event"], payload: #""fail""#)
        #expect(event.output.contains(#""StatusCode": 202"#))
        try await eventually("it is tried again") { bootstrap.invocations.count == 3 }
        #expect(Set(bootstrap.invocations).count == 1, "it is one request")
        // The last failure is told once its answer has come.
        _ = try await server.send("/2015-03-31/functions/cruddur/invocations", body: "1")
      }
      #expect(end.log.split(separator: "\n").count { $0.contains("function error Function.Bad") } == 3)
    }
  }

  @Test func `The aws command may name a tenant`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let answer = try await server.aws(bootstrap, options: ["--tenant-id", "blue 7"], payload: #""tenant""#)
        #expect(answer.payload == #""blue 7""#, "\(answer.error)")
        let bad = try await server.aws(bootstrap, options: ["--tenant-id", "a,b"], payload: #""tenant""#)
        #expect(bad.error.contains("(InvalidParameterValueException)"), "\(bad.error)")
      }
    }
  }

  @Test func `With --max-concurrency one bootstrap has several at once, and more are refused as Lambda does`()
    async throws
  {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap, ["--timeout", "60", "--max-concurrency", "2"]) { server in
        let path = "/2015-03-31/functions/cruddur/invocations"
        for count in 1...2 {
          let event = try await server.send(path, "--header", "X-Amz-Invocation-Type: Event", body: "\"hang\"")
          #expect(event.status == 202)
          try await eventually("it runs") { bootstrap.invocations.count == count }
        }
        let refused = try await server.send(path, body: "1")
        #expect(refused.status == 429)
        #expect(refused.headers["x-amzn-errortype"] == "TooManyRequestsException")
        #expect(
          refused.body == #"{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#)
        #expect(try await server.send("/api/health").status == 503)
        #expect(bootstrap.processes.count == 1)
      }
    }
  }

  @Test func `Bad calls are refused in Lambda's terms`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let path = "/2015-03-31/functions/cruddur/invocations"
        let bad = try await server.send(path, body: "{")
        #expect(bad.status == 400)
        #expect(bad.headers["x-amzn-errortype"] == "InvalidRequestContentException")
        for (size, status) in [(1 << 20, 202), (1 << 20 + 1, 413)] {
          let event = try await server.send(
            path, "--header", "X-Amz-Invocation-Type: Event", body: String(repeating: "1", count: size))
          #expect(event.status == status)
          guard status == 413 else { continue }
          #expect(event.headers["x-amzn-errortype"] == "RequestEntityTooLargeException")
          #expect(event.body.contains("1048577 byte payload is too large for the Event invocation type"))
        }
        try await eventually("the event that was taken is invoked") { bootstrap.invocations.count == 1 }
        for size in [7 << 20, 11 << 20] {
          let long = try await server.send(path, body: String(repeating: "1", count: size))
          #expect(long.status == 413)
          #expect(long.headers["x-amzn-errortype"] == "RequestTooLargeException")
        }
        #expect(try await server.send(path).status == 405)
        #expect(try await server.send("/2015-03-31/functions/cruddur", body: "{}").status == 404)
        #expect(bootstrap.invocations.count == 1)
      }
    }
  }
}
