import Foundation
import Testing

/// `cruddur invoke` when all goes well.
@Suite(.timeLimit(.minutes(1)))
struct InvokeTests {
  @Test func `Answers come in order, as their exact bytes and a newline`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let first = try bootstrap.write("{ \"a\" :\t\"é \\u00e9\" }\n", to: "first.json")
      let second = try bootstrap.write("[2]", to: "second.json")
      let outcome = try await CommandLineTool.run(["invoke", first, second, "--bootstrap", bootstrap.path])
      // The fake's shell drops the newline at the end of an event.
      #expect(outcome.output == "{ \"a\" :\t\"é \\u00e9\" }\n[2]\n")
      #expect(outcome.status == 0, "\(outcome.log)")
      #expect(bootstrap.processes.count == 1, "one process serves all")
    }
  }

  @Test func `The function's logs are on standard error`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(["invoke", "-", "--bootstrap", bootstrap.path], input: "1")
      #expect(outcome.output == "1\n")
      let report =
        #"REPORT RequestId: [-0-9a-f]{36}\t.*\tMemory Size: 128 MB\tMax Memory Used: .*\tInit Duration: .* ms"#
      #expect(
        try outcome.log.wholeMatch(
          of: Regex("a line on standard output\na line on standard error\n\(report)\n")) != nil, "\(outcome.log)")
    }
  }

  @Test func `Each invocation has a REPORT line, and several have a summary`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let bad = try bootstrap.write(#""fail""#, to: "bad.json")
      let crash = try bootstrap.write(#""crash""#, to: "crash.json")
      let outcome = try await CommandLineTool.run(
        ["invoke", "-", bad, crash, "--repeat", "2", "--bootstrap", bootstrap.path], input: "1")
      let reports = outcome.log.split(separator: "\n").filter { $0.hasPrefix("REPORT RequestId: ") }
      #expect(reports.map { $0.contains("\tInit Duration: ") } == [true, false, false, true, false, false])
      #expect(
        reports.map { $0.hasSuffix("\tError Type: Runtime.ExitError") } == [false, false, true, false, false, true])
      let durations = try reports.map { try #require(Double($0.split(separator: "\t")[1].split(separator: " ")[1])) }
      let summary = try #require(outcome.log.split(separator: "\n").last)
      let ranks = [("p50", 3), ("p95", 6), ("p99", 6), ("max", 6)].map { name, rank in
        "\(name) \(String(format: "%.2f", durations.sorted()[rank - 1])) ms"
      }
      #expect(
        summary
          == "cruddur: 6 invocations, 4 errors, 2 cold starts; duration \(ranks.joined(separator: ", ")).")
      #expect(outcome.output == "1\n1\n")
    }
  }

  @Test func `A pipe is a file, too`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(
        ["invoke", "/dev/stdin", "--bootstrap", bootstrap.path], input: "[1]")
      #expect(outcome.output == "[1]\n")
      #expect(outcome.status == 0, "\(outcome.log)")
    }
  }

  @Test func `All events are repeated`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = try bootstrap.write("1", to: "event.json")
      let outcome = try await CommandLineTool.run(
        ["invoke", event, "-", "--repeat", "3", "--bootstrap", bootstrap.path], input: "2")
      #expect(outcome.output == "1\n2\n1\n2\n1\n2\n")
      #expect(outcome.status == 0, "\(outcome.log)")
    }
  }

  @Test func `How deep an event is is for the function to judge`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = String(repeating: "[", count: 60_000) + String(repeating: "]", count: 60_000)
      let outcome = try await CommandLineTool.run(["invoke", "-", "--bootstrap", bootstrap.path], input: event)
      let isEchoed = outcome.output == event + "\n"
      #expect(isEchoed)
      #expect(outcome.status == 0, "\(outcome.log)")
    }
  }

  @Test func `The function sees Lambda's variables, its own and the database's`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(
        [
          "invoke", "-", "--bootstrap", bootstrap.path, "--env", "TABLE=users", "--env", "EMPTY=", "--env",
          "EQUATION=a=b",
        ],
        input: #""environment""#,
        environment: [
          "CONNECTION_URL": "postgresql://nowhere", "PGSSLMODE": "require", "HTTP_PROXY": "http://nowhere:1",
          "AWS_REGION": "eu-west-1",
        ])
      var variables: [Substring: Substring] = [:]
      for line in outcome.output.split(separator: "\n") {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        variables[parts[0]] = parts[1]
      }
      #expect(variables.removeValue(forKey: "TABLE") == "users")
      #expect(variables.removeValue(forKey: "EMPTY") == "")
      #expect(variables.removeValue(forKey: "EQUATION") == "a=b")
      #expect(variables.removeValue(forKey: "CONNECTION_URL") == "postgresql://nowhere")
      #expect(variables.removeValue(forKey: "PGSSLMODE") == "require")
      #expect(variables["AWS_REGION"] == "us-east-1")
      #expect(variables["LAMBDA_TASK_ROOT"].map { String($0) } == bootstrap.folder)
      let expected: Set<Substring> = [
        "_HANDLER", "LAMBDA_TASK_ROOT", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_RUNTIME_API", "TZ", "PATH", "LANG",
      ]
      let ofTheShell: Set<Substring> = ["PWD", "OLDPWD", "SHLVL", "_"]
      let ofTheCaller = Set(variables.keys.filter { $0.hasPrefix("PG") || $0 == "LD_LIBRARY_PATH" })
      #expect(Set(variables.keys).subtracting(ofTheShell).subtracting(ofTheCaller) == expected)
    }
  }

  @Test func `The bootstrap is looked for beside cruddur`() async throws {
    try await FakeBootstrap.with { bootstrap in
      // A copy, for a symbolic link would lead back to the build's own folder.
      try FileManager.default.copyItem(
        atPath: "\(try CommandLineTool.folder())/cruddur", toPath: "\(bootstrap.folder)/cruddur")
      let outcome = try await CommandLineTool.run(["invoke", "-"], input: "1", from: bootstrap.folder)
      #expect(outcome.output == "1\n")
      #expect(outcome.status == 0, "\(outcome.log)")
    }
  }

  @Test(arguments: [["--help"], ["help", "invoke"], ["invoke", "--help"]])
  func `Help is an answer`(arguments: [String]) async throws {
    let outcome = try await CommandLineTool.run(arguments)
    #expect(outcome.output.contains("USAGE: cruddur"))
    #expect(outcome.log == "")
    #expect(outcome.status == 0)
  }
}
