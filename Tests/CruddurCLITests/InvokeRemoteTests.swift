import Foundation
import JSON
import Subprocess
import Testing

@testable import CruddurCLI

/// `cruddur invoke --remote`: the real `aws`, with a `cruddur serve` in Lambda's place.
@Suite(.timeLimit(.minutes(3)))
struct InvokeRemoteTests {
  /// Runs it; the person's own configuration is none.
  private func invoke(_ arguments: [String], input: String = "", variables: [String: String] = [:]) async throws
    -> CommandLineTool.Outcome
  {
    let path = "\(try CommandLineTool.folder()):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    let own = [
      "PATH": path, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_CONFIG_FILE": "/dev/null",
      "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "NO_PROXY": "*", "AWS_MAX_ATTEMPTS": "1",
    ]
    return try await CommandLineTool.run(
      ["invoke"] + arguments, input: input, environment: own.merging(variables) { $1 })
  }

  private func options(_ server: RunningServer, _ function: String = "cruddur") -> [String] {
    ["--remote", function, "--endpoint-url", server.url, "--region", "us-east-1"]
  }

  @Test func `Answers and the end of the log are shown as of a function on this machine`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let first = try bootstrap.write("{ \"a\" :\t\"é \\u00e9\" }", to: "first.json")
        let remote = try await invoke([first, "-"] + options(server), input: "[2]")
        #expect(remote.output == "{ \"a\" :\t\"é \\u00e9\" }\n[2]\n")
        #expect(remote.status == 0, "\(remote.log)")
        let lines = remote.log.split(separator: "\n")
        #expect(lines.count { $0 == "a line on standard output" } == 2)
        #expect(lines.count { $0 == "a line on standard error" } == 2)
        #expect(lines.count { $0.hasPrefix("START RequestId: ") } == 2)
        #expect(lines.count { $0.hasPrefix("REPORT RequestId: ") } == 2)
        #expect(lines.last?.hasPrefix("cruddur: 2 invocations, 0 errors, 0 cold starts; duration p50 ") == true)
        #expect(bootstrap.invocations.count == 2)
      }
    }
  }

  @Test func `A function error has the same words, and the next event is delivered`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let bad = try bootstrap.write(#""fail""#, to: "bad.json")
        let crash = try bootstrap.write(#""crash""#, to: "crash.json")
        let remote = try await invoke([bad, crash, "-"] + options(server), input: "2")
        #expect(remote.output == "2\n")
        #expect(remote.log.contains("cruddur: \(bad): function error Unhandled: {\"errorMessage\":\"no\"}\n"))
        #expect(
          remote.log.contains(
            "cruddur: \(crash): function error Runtime.ExitError: {\"errorType\":\"Runtime.ExitError\""))
        #expect(remote.status == 1)
      }
    }
  }

  @Test(arguments: [["--qualifier", "live"], []])
  func `The function may be named as Lambda lets it, and only a body be wanted`(qualifier: [String]) async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let arn = "arn:aws:lambda:eu-west-1:999999999999:function:cruddur" + (qualifier.isEmpty ? ":live" : "")
        let named = try await invoke(["-"] + options(server, arn) + qualifier, input: #""arn""#)
        #expect(named.output.hasSuffix(":function:cruddur:live\"\n"), "\(named.log)")
        let body = try await invoke(
          ["-", "--body"] + options(server), input: #"{"statusCode":200,"body":"aMOp","isBase64Encoded":true}"#)
        #expect(body.output == "hé")
      }
    }
  }

  @Test func `What aws fails at is told in its words, and nothing more is delivered`() async throws {
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        let event = try bootstrap.write("1", to: "event.json")
        let unknown = try await invoke([event, event] + options(server, "other"))
        #expect(unknown.log.hasPrefix("cruddur: aws lambda invoke failed: "))
        #expect(unknown.log.contains("(ResourceNotFoundException)"))
        #expect(unknown.log.count { $0 == "\n" } == 1)
        #expect(unknown.output == "")
        #expect(unknown.status == 2)
        // It does not read the event: more than a pipe holds, which nobody takes.
        let large = try bootstrap.write("\"\(String(repeating: "a", count: 1 << 20))\"", to: "large.json")
        let profile = try await invoke([large, "--profile", "nobody"] + options(server))
        #expect(profile.log == "cruddur: aws lambda invoke failed: The config profile (nobody) could not be found\n")
        #expect(profile.status == 2)
        #expect(bootstrap.invocations.isEmpty)
      }
    }
  }

  @Test func `The event is no argument of aws, nor in a file`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let script = """
        #!/bin/sh
        for word; do echo "$word"; done >'\(bootstrap.folder)/arguments'
        cat >'\(bootstrap.folder)/input'
        while [ "$1" != --query ]; do shift; done
        mark=${2#*\\'}
        printf '{"a":1}\\n%s\\tNone\\tYQo=\\n' "${mark%%\\'*}"
        """
      try makeAWS(script, bootstrap)
      let remote = try await invoke(
        [
          "-", "--remote", "f", "--qualifier", "7", "--profile", "me", "--region", "eu-west-1", "--endpoint-url",
          "http://nowhere",
        ],
        input: #"{"secret":1}"#, variables: try onlyAWS(of: bootstrap))
      #expect(remote.output == "{\"a\":1}\n\n", "\(remote.log)")
      #expect(remote.log == "a\n")
      #expect(bootstrap.read("input") == #"{"secret":1}"#)
      let arguments = (bootstrap.read("arguments") ?? "").split(separator: "\n")
      #expect(arguments.prefix(2) == ["lambda", "invoke"])
      let pairs = Dictionary(zip(arguments, arguments.dropFirst()).map { ($0, $1) }) { first, _ in first }
      #expect(pairs["--function-name"] == "f")
      #expect(pairs["--qualifier"] == "7")
      #expect(pairs["--profile"] == "me")
      #expect(pairs["--region"] == "eu-west-1")
      #expect(pairs["--endpoint-url"] == "http://nowhere")
      #expect(!arguments.contains { $0.contains("secret") })
      #expect(arguments.last == "/dev/stdout", "\(arguments)")
    }
  }

  @Test(arguments: ["exit 0", "echo '{}'", "printf '%s\\tNone\\n' x"])
  func `An aws that prints no answer is an error`(script: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      try makeAWS("#!/bin/sh\n\(script)\n", bootstrap)
      let remote = try await invoke(["-", "--remote", "f"], input: "1", variables: try onlyAWS(of: bootstrap))
      #expect(remote.log == "cruddur: aws lambda invoke has printed no answer.\n")
      #expect(remote.status == 2)
    }
  }

  @Test func `A signal ends aws, too`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let script = "#!/bin/sh\necho $$ >'\(bootstrap.folder)/aws-pid'\nexec sleep 60\n"
      try makeAWS(script, bootstrap)
      let event = try bootstrap.write("1", to: "event.json")
      let ended = try await CommandLineTool.run(
        ["invoke", event, "--remote", "f"], environment: try onlyAWS(of: bootstrap), sending: .interrupt
      ) { bootstrap.read("aws-pid")?.hasSuffix("\n") == true }
      #expect(ended.status == .exited(130))
      let process = pid_t(bootstrap.read("aws-pid")?.trimmingCharacters(in: .newlines) ?? "") ?? 0
      try await eventually("aws is gone") { kill(process, 0) != 0 }
    }
  }

  @Test(arguments: [
    (["--region", "eu-west-1"], "--region needs --remote."), (["--profile", "me"], "--profile needs --remote."),
    (["--endpoint-url", "http://nowhere"], "--endpoint-url needs --remote."),
    (["--qualifier", "live"], "--qualifier needs --remote."),
    (
      ["--remote", "f", "--bootstrap", "b"],
      "--bootstrap is of no use with --remote, because the deployed function has its own."
    ),
    (
      ["--remote", "f", "--timeout", "3"],
      "--timeout is of no use with --remote, because the deployed function has its own."
    ),
    (
      ["--remote", "f", "--env", "A=b"],
      "--env is of no use with --remote, because the deployed function has its own."
    ),
  ])
  func `Options of the one are refused with the other`(options: [String], sentence: String) async throws {
    let outcome = try await invoke(["-"] + options, input: "1")
    #expect(outcome.log.hasPrefix("cruddur: \(sentence) See cruddur invoke --help.\n"))
    #expect(outcome.status == 2)
  }

  private func makeAWS(_ script: String, _ bootstrap: FakeBootstrap) throws {
    let path = try bootstrap.write(script, to: "aws")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func onlyAWS(of bootstrap: FakeBootstrap) throws -> [String: String] {
    ["PATH": "\(bootstrap.folder):\(try CommandLineTool.folder()):/usr/bin:/bin"]
  }
}

/// What is read in a log's REPORT line.
struct ReportTests {
  private func figures(_ log: String) -> Delivery.Figures? { Delivery.Figures(log: Array(log.utf8)) }

  @Test func `The last report of a log counts`() {
    let log = """
      REPORT RequestId: a\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\tMax Memory Used: 9 MB
      START RequestId: b Version: $LATEST
      END RequestId: b
      REPORT RequestId: b\tDuration: 1.25 ms\tBilled Duration: 33 ms\tMemory Size: 128 MB\tInit Duration: 31.50 ms\t

      """
    #expect(figures(log) == .init(duration: .microseconds(1250), isColdStart: true))
  }

  @Test func `A report may be JSON`() {
    let log = """
      {"time":"2026-11-21T05:05:59.955Z","type":"platform.start","record":{"requestId":"a"}}
      {"time":"2026-11-21T05:05:59.955Z","type":"platform.report","record":{"metrics":{"durationMs":1.25}}}
      """
    #expect(figures(log) == .init(duration: .microseconds(1250), isColdStart: false))
  }

  @Test(arguments: [
    "", "REPORT", "REPORT RequestId: a", "REPORT RequestId: a\tDuration: soon ms", "REPORT \tDuration: nan ms",
    "REPORT \tDuration: inf ms", "REPORT \tDuration: -1 ms", "REPORT \tDuration: 1e300 ms",
    #"{"type":"platform.report","record":{"metrics":{"durationMs":1e300}}}"#, #"{"type":"platform.report"}"#,
  ])
  func `A log without a report has no figures`(log: String) {
    #expect(figures(log) == nil)
  }
}

/// What `cruddur invoke` says after several invocations.
struct InvokeSummaryTests {
  private func summary(_ milliseconds: [Double], cold: Int = 0, errors: Int = 0, unknown: Int = 0) -> String {
    var summary = InvokeSummary()
    for (index, duration) in milliseconds.enumerated() {
      summary.add(.init(duration: .milliseconds(duration), isColdStart: index < cold), isError: index < errors)
    }
    for _ in 0..<unknown { summary.add(nil, isError: true) }
    return summary.sentence
  }

  @Test func `A percentile is one of the durations, by the nearest rank`() {
    let hundred = (1...100).shuffled().map { Double($0) }
    #expect(
      summary(hundred)
        == "100 invocations, 0 errors, 0 cold starts; duration p50 50.00 ms, p95 95.00 ms, p99 99.00 ms, max 100.00 ms."
    )
    let three = "; duration p50 2.50 ms, p95 30.05 ms, p99 30.05 ms, max 30.05 ms."
    #expect(summary([30.05, 1, 2.5], cold: 1, errors: 1) == "3 invocations, 1 error, 1 cold start" + three)
    let twenty = (1...20).map { Double($0) }
    #expect(summary(twenty).contains("p50 10.00 ms, p95 19.00 ms, p99 20.00 ms, max 20.00 ms."))
    #expect(
      summary([7]) == "1 invocation, 0 errors, 0 cold starts; duration "
        + ["p50", "p95", "p99", "max"]
        .map { "\($0) 7.00 ms" }.joined(separator: ", ") + ".")
  }

  @Test func `Whoever took no time counts, but has no duration`() {
    #expect(summary([], unknown: 2) == "2 invocations, 2 errors, 0 cold starts.")
    #expect(summary([1], unknown: 1).hasPrefix("2 invocations, 1 error, 0 cold starts; duration p50 1.00 ms"))
  }
}
