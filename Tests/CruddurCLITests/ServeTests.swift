import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing

/// `cruddur serve` from its start to its end, and the HTTP API in front of the function.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ServeTests {
  @Test(arguments: [
    (["--port", "70000"], "70000"), (["--port=-1"], "-1"), (["--timeout", "0"], "--timeout is 0.0"),
    (["--timeout", "901"], "--timeout is 901.0"), (["--env", "AWS_LAMBDA_RUNTIME_API=x"], "AWS_LAMBDA_RUNTIME_API"),
    (["--attempts", "0"], "--attempts is 0"), (["--attempts", "11"], "--attempts is 11"),
    (["--allow-host", "https://a.example"], "'https://a.example' is invalid for '--allow-host"),
    (["--allow-host", "*.a.example"], "*.a.example"), (["--allow-host", "a.example:99999"], "a.example:99999"),
    (["--env", "NOVALUE"], "NOVALUE"),
    (["--env-file", "/nowhere/.env"], "/nowhere/.env cannot be read"),
    (["--bootstrap", "/nowhere/bootstrap"], "/nowhere/bootstrap"),
  ])
  func `A bad option is named, and nothing is started`(options: [String], name: String) async throws {
    let outcome = try await CommandLineTool.run(["serve", "--port", "0"] + options)
    #expect(outcome.status == 2)
    #expect(outcome.output == "")
    #expect(outcome.log.contains(name), "\(outcome.log)")
  }

  @Test func `A port in use is one sentence`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let port = try #require(server.url.split(separator: ":").last)
        let outcome = try await CommandLineTool.run(
          ["serve", "--port", String(port), "--bootstrap", bootstrap.path])
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.log == "cruddur: Nothing can listen on port \(port) of 127.0.0.1: Address already in use.\n")
      }
    }
  }

  @Test(arguments: [
    (["FAIL_INIT=1"], "The function cannot start: no database"),
    (["CRASH_INIT=1"], "The function cannot start: the bootstrap exited with status 7."),
  ])
  func `A bootstrap that does not come up is told at once`(variables: [String], sentence: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(
        ["serve", "--port", "0", "--bootstrap", bootstrap.path] + variables.flatMap { ["--env", $0] })
      #expect(outcome.status == 1)
      #expect(outcome.output == "", "nobody is sent to a server that cannot serve")
      #expect(outcome.log.hasSuffix("cruddur: \(sentence)\n"), "\(outcome.log)")
      for process in bootstrap.processes { #expect(kill(process, 0) == -1, "process \(process) still runs") }
      #expect(bootstrap.processes.count == 1)
    }
  }

  @Test func `The bootstrap of the start serves the first event`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        #expect(bootstrap.processes.count == 1, "it is up before the URL is told")
        let answer = try await server.send("/api/x")
        #expect(answer.status == 200)
        #expect(bootstrap.processes.count == 1)
      }
    }
  }

  @Test func `A signal ends a server whose bootstrap does not come up`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try bootstrap.write("", to: "pids")
      let hanging = try bootstrap.write("#!/bin/bash\ntouch \"$LAMBDA_TASK_ROOT/started\"\nexec sleep 60\n", to: "hang")
      chmod(hanging, 0o700)
      let ended = try await CommandLineTool.run(
        ["serve", "--port", "0", "--bootstrap", hanging], sending: .interrupt
      ) { bootstrap.read("started") != nil }
      #expect(ended.status == .exited(0))
      #expect(ended.log == "")
    }
  }

  @Test(arguments: [Signal.interrupt, .terminate, .terminalClosed])
  func `A signal ends the server and its bootstraps`(signal: Signal) async throws {
    try await FakeBootstrap.with { bootstrap in
      var hanging: Task<RunningServer.Answer, any Error>?
      var url = ""
      let end = try await RunningServer.with(bootstrap, ["--timeout", "60"], ending: signal) { server in
        url = server.url
        #expect(try await server.send("/api/x").status == 200)
        hanging = Task { try await server.send("/api/hang") }
        try await eventually("it hangs") { bootstrap.read("hanging") != nil }
      }
      #expect(end.status == .exited(0))
      let answer = try await hanging?.value
      #expect(answer?.status == 503, "who waits is told")
      #expect(!bootstrap.processes.isEmpty)
      for process in bootstrap.processes { #expect(kill(process, 0) == -1, "process \(process) still runs") }
      #expect(try await RunningServer(url: url).send("/").status == 0, "the port is still open")
    }
  }

  @Test func `A server that has no descriptor left ends when it is told to`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let clients = Process()
      let end = try await RunningServer.with(bootstrap, after: "ulimit -n 64; ") { server in
        let address = server.url.replacing("http://", with: "").replacing(":", with: "/")
        clients.executableURL = URL(filePath: "/bin/bash")
        // The last ones are in the backlog.
        clients.arguments = [
          "-c", "for i in {1..80}; do exec {client}<>/dev/tcp/\(address); done; touch $0; exec sleep 60",
          "\(bootstrap.folder)/connected",
        ]
        try clients.run()
        try await eventually("all are connected") { bootstrap.read("connected") != nil }
      }
      kill(clients.processIdentifier, SIGKILL)  // Of the signals that a test's thread lets through to a child.
      clients.waitUntilExit()
      #expect(end.status == .exited(0))
    }
  }

  @Test func `Each request is a line`() async throws {
    try await FakeBootstrap.with { bootstrap in
      var url = ""
      let end = try await RunningServer.with(bootstrap) { server in
        url = server.url
        _ = try await server.send("/api/x%20y?secret=1")
        _ = try await server.send("/nowhere", "--request", "DELETE")
      }
      #expect(end.status == .exited(0))
      #expect(end.lines.first.map { String($0) } == url)
      #expect(end.lines.count == 3)
      #expect(try end.lines.dropFirst().first?.wholeMatch(of: Regex(#"GET /api/x%20y 200 [0-9]+\.[0-9] ms"#)) != nil)
      #expect(try end.lines.last?.wholeMatch(of: Regex(#"DELETE /nowhere 404 [0-9]+\.[0-9] ms"#)) != nil)
      #expect(end.log.hasPrefix("a line on standard output\na line on standard error\nREPORT RequestId: "))
    }
  }

  @Test func `The page is sent under a strict policy`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let types = [
          "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
          "yaml": "application/yaml",
        ]
        let folder = Repository.file("Sources/CruddurCLI/Page").path()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        for file in files {
          let path = file == "index.html" ? "/" : "/\(file)"
          let type = try #require(types[String(file.drop { $0 != "." }.dropFirst())])
          let answer = try await server.send(path)
          #expect(answer.status == 200)
          #expect(answer.headers["content-type"] == type)
          #expect(answer.headers["cache-control"] == "no-store")
          #expect(answer.headers["x-content-type-options"] == "nosniff")
          #expect(
            answer.headers["content-security-policy"]
              == "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
              + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
          #expect(!answer.body.isEmpty)
          let head = try await server.send(path, "--head")
          #expect(head.headers["content-length"] == String(answer.body.utf8.count))
          #expect(head.body == "")
        }
        let description = try String(contentsOf: Repository.file("deploy/openapi.yaml"), encoding: .utf8)
        #expect(try await server.send("/openapi.yaml").body == description)
        let answer = try await server.send("/", "--request", "POST")
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == "GET, HEAD")
        #expect(try await server.send("/page.css/", "--path-as-is").status == 404)
        #expect(try await server.send("/../page.css", "--path-as-is").status == 404)
        #expect(bootstrap.invocations.isEmpty, "no event comes of that")
      }
    }
  }

  @Test func `Other sites are refused`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        for path in ["/", "/api/x", "/cognito/users", "/2015-03-31/functions/cruddur/invocations"] {
          for header in ["Host: evil.example", "Origin: http://evil.example", "Origin: null"] {
            let answer = try await server.send(path, "--header", header, body: "{}")
            #expect(answer.status == 403)
            #expect(answer.body.hasPrefix(#"{"message":"Forbidden: the Host or the Origin is not"#))
            #expect(answer.body.contains("--allow-host"), "whoever forwards the port is told how")
          }
        }
        #expect(bootstrap.invocations.isEmpty, "nothing was invoked")
        #expect(try await server.send("/api/x", "--header", "Origin: \(server.url)").status == 200)
      }
    }
  }

  @Test func `A host that is allowed is no other site`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let hosts = ["--allow-host", "3000-a.Example", "--allow-host", "b.example:8443"]
      try await RunningServer.with(bootstrap, hosts) { server in
        for (host, origin) in [
          ("3000-a.example", "https://3000-a.example"), ("B.example:8443", "https://b.example:8443"),
        ] {
          for headers in [["Host: \(host)", "Origin: \(origin)"], ["Origin: \(origin)"]] {
            let options = headers.flatMap { ["--header", $0] }
            let answer = try await server.send("/api/x", options: options)
            #expect(answer.status == 200)
          }
        }
        for header in ["Host: a.example", "Host: b.example", "Origin: https://a.example"] {
          let answer = try await server.send("/api/x", "--header", header)
          #expect(answer.status == 403)
        }
      }
    }
  }

  @Test func `The server listens on 127.0.0.1 alone`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let elsewhere = server.url.replacing("127.0.0.1", with: "127.0.0.2")
        let answer = try await RunningServer(url: elsewhere).send("/")
        #expect(answer.status == 0)
      }
    }
  }

  @Test func `Two slashes begin no host`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        #expect(try await server.send("//evil.example/page.js", "--path-as-is").status == 404)
        let echo = try await server.send("/api//x/../y?a//b", "--path-as-is")
        #expect(try echo.member("rawPath") as? String == "/api//x/../y")
        #expect(try echo.member("rawQueryString") as? String == "a//b")
      }
    }
  }

  @Test func `The server does not wait for whoever reads its lines`() async throws {
    try await FakeBootstrap.with { bootstrap in
      // Reads the first line alone, for as long as the server lives.
      let reader = #"read -r url; echo "$url" >"$0"; while kill -0 $$ 2>/dev/null; do sleep 0.1; done"#
      let end = try await RunningServer.with(bootstrap, output: ">(\(reader))") { server in
        // More than a pipe holds.
        for _ in 1...5 {
          let answer = try await server.send("/" + String(repeating: "x", count: 30_000))
          #expect(answer.status == 404)
        }
      }
      #expect(end.status == .exited(0))
    }
  }

  @Test func `Nobody has to read the function's log`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let reader = "while kill -0 $$ 2>/dev/null; do sleep 0.1; done"
      let end = try await RunningServer.with(bootstrap, after: "exec 2> >(\(reader)); ") { server in
        // A pipe holds 65,536 bytes, and each of these has 8,893.
        for _ in 1...10 {
          let answer = try await server.send("/api/loud")
          #expect(answer.status == 200)
        }
      }
      #expect(end.status == .exited(0))
    }
  }

  @Test func `Failures are served, and the server ends, where nobody reads the log`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let reader = "while kill -0 $$ 2>/dev/null; do sleep 0.1; done"
      // The pipe is full from the start.
      let preparation = "exec 2> >(\(reader)); timeout 0.5 cat /dev/zero >&2; "
      let end = try await RunningServer.with(bootstrap, after: preparation) { server in
        for _ in 1...2 {
          let answer = try await server.send("/api/fail")
          #expect(answer.status == 500)
        }
      }
      #expect(end.status == .exited(0))
    }
  }

  @Test func `A request becomes an event, and the answer a response`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let echo = try await server.send(
          "/api/a%20b?limit=2&x", "--header", "Content-Type: application/json", "--header", "X-A: 1", "--header",
          "X-A: 2", "--cookie", "c=d; e=f", body: #"{"é":1}"#)
        #expect(echo.status == 200)
        #expect(echo.headers["content-type"] == "application/json")
        #expect(try echo.member("rawPath") as? String == "/api/a b")
        #expect(try echo.member("rawQueryString") as? String == "limit=2&x")
        #expect(try echo.member("cookies") as? [String] == ["c=d", "e=f"])
        #expect(try (echo.member("headers") as? [String: String])?["x-a"] == "1,2")
        #expect(try echo.member("body") as? String == #"{"é":1}"#)
        let context = try echo.member("requestContext") as? [String: Any]
        #expect(context?["authorizer"] == nil)
        #expect(context?["requestId"] as? String == echo.headers["apigw-requestid"])
        let created = try await server.send("/api/created", "--request", "PATCH")
        #expect(created.status == 201)
        #expect(created.headers["x-a"] == "b")
        #expect(created.headers["set-cookie"] == "c=d\ne=f")
        #expect(created.body == "é")
      }
    }
  }

  @Test(arguments: ["fail", "crash", "garbage", "hang"])
  func `A function that does not answer is a 500, and the next request is served`(event: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let end = try await RunningServer.with(bootstrap, ["--timeout", "3"]) { server in
        let answer = try await server.send("/api/\(event)")
        #expect(answer.status == 500)
        #expect(answer.body == #"{"message":"Internal Server Error"}"#)
        #expect(try await server.send("/api/x").status == 200)
      }
      let words = ["fail": "function error", "crash": "exited with status 3", "hang": "timed out"]
      if let words = words[event] { #expect(end.log.contains(words), "\(end.log)") }
    }
  }

  @Test(arguments: [(11 << 20, "API Gateway's limit"), (5 << 20, "Lambda's limit, once it is base64")])
  func `A body that is too long is a 413`(size: Int, limit: Comment) async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let answer = try await server.send("/api/x", body: String(repeating: "x", count: size))
        #expect(answer.status == 413, limit)
        #expect(answer.body == #"{"message":"Request Too Long"}"#)
        #expect(bootstrap.invocations.isEmpty)
      }
    }
  }

  @Test func `Anonymous authors are allowed unless told otherwise`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let environment = try await server.aws(bootstrap, payload: #""environment""#).payload ?? ""
        #expect(
          environment.contains("\nALLOW_ANONYMOUS_AUTHOR=1\n") || environment.hasPrefix("ALLOW_ANONYMOUS_AUTHOR=1\n"))
        #expect(environment.contains("\nAWS_LAMBDA_FUNCTION_NAME=cruddur\n"))
      }
      try await RunningServer.with(bootstrap, ["--env", "ALLOW_ANONYMOUS_AUTHOR=0"]) { server in
        let environment = try await server.aws(bootstrap, payload: #""environment""#).payload ?? ""
        #expect(environment.contains("ALLOW_ANONYMOUS_AUTHOR=0\n"))
      }
    }
  }
}
