import Foundation
import Subprocess
import Testing

/// How `cruddur invoke` writes answers.
@Suite(.timeLimit(.minutes(1)))
struct InvokeAnswerTests {
  @Test(arguments: [
    (#"{"statusCode":201,"body":"{\"é\": 1}"}"#, "{\"é\": 1}\n"),
    (#"{"statusCode":404,"headers":{"a":"b"},"body":"é\n","isBase64Encoded":false}"#, "é\n\n"),
    (#"{"statusCode":204}"#, "\n"), (#"{"statusCode":200,"body":"aMOp","isBase64Encoded":true}"#, "hé"),
  ])
  func `The body alone may be asked for, and has no newline if it was in base64`(answer: String, body: String)
    async throws
  {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(
        ["invoke", "-", "--body", "--bootstrap", bootstrap.path], input: answer)
      #expect(outcome.output == body)
      #expect(outcome.status == 0, "\(outcome.log)")
    }
  }

  @Test(arguments: [
    "[1]", #"{"body":"a"}"#, #"{"statusCode":"201","body":"a"}"#, #"{"statusCode":200,"body":1}"#,
    #"{"statusCode":200,"body":"*","isBase64Encoded":true}"#,
  ])
  func `Without an HTTP response there is no body, and the next event is delivered`(answer: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let good = try bootstrap.write(#"{"statusCode":200,"body":"good"}"#, to: "good.json")
      let outcome = try await CommandLineTool.run(
        ["invoke", "-", good, "--body", "--bootstrap", bootstrap.path], input: answer)
      #expect(outcome.output == "good\n")
      #expect(outcome.log.contains("cruddur: standard input: the answer is no HTTP response: \(answer)\n"))
      #expect(outcome.status == 1)
    }
  }

  @Test(arguments: [
    (["TERM": "xterm"], "{\r\n  \u{1B}[34m\"a\"\u{1B}[0m: \u{1B}[36m1\u{1B}[0m\r\n}\r\n"),
    (["TERM": "xterm", "NO_COLOR": ""], "{\r\n  \u{1B}[34m\"a\"\u{1B}[0m: \u{1B}[36m1\u{1B}[0m\r\n}\r\n"),
    (["TERM": "xterm", "NO_COLOR": "1"], "{\r\n  \"a\": 1\r\n}\r\n"), (["TERM": "dumb"], "{\r\n  \"a\": 1\r\n}\r\n"),
  ])
  func `On a terminal an answer is indented and in colour`(variables: [String: String], output: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = try bootstrap.write(#"{"a":1}"#, to: "event.json")
      #expect(try await onTerminal("invoke \(event)", bootstrap, variables) == output)
    }
  }

  @Test func `On a terminal a body is indented, too, and what is no JSON is as it is`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let json = try bootstrap.write(#"{"statusCode":200,"body":"[1,[]]"}"#, to: "json.json")
      let text = try bootstrap.write(#"{"statusCode":200,"body":"[1, "}"#, to: "text.json")
      let output = try await onTerminal("invoke --body \(json) \(text)", bootstrap, ["NO_COLOR": "1", "TERM": "xterm"])
      #expect(output == "[\r\n  1,\r\n  []\r\n]\r\n[1, \r\n")
    }
  }

  @Test func `Whoever has read enough ends it, which is no error`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = try bootstrap.write(#"{"a":1}"#, to: "event.json")
      let line = "cruddur invoke \(event) --repeat 1000 --bootstrap \(bootstrap.path) | head -1; echo ${PIPESTATUS[0]}"
      let outcome = try await CommandLineTool.bash(line, environment: environment)
      #expect(outcome.output == "{\"a\":1}\n0\n")
      #expect(!outcome.log.contains("cruddur: "), "\(outcome.log)")
      #expect(bootstrap.invocations.count < 1000)
      bootstrap.expectGone()
    }
  }

  @Test func `Whoever reads no more does not make an earlier error good`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let bad = try bootstrap.write(#""fail""#, to: "bad.json")
      let good = try bootstrap.write("1", to: "good.json")
      let line =
        "cruddur invoke \(bad) \(good) --repeat 1000 --bootstrap \(bootstrap.path) | true; echo ${PIPESTATUS[0]}"
      let outcome = try await CommandLineTool.bash(line, environment: environment)
      #expect(outcome.output == "1\n")
      bootstrap.expectGone()
    }
  }

  @Test(arguments: ["events", "events health"])
  func `An event that has no room on standard output is an error`(_ arguments: String) async throws {
    let outcome = try await CommandLineTool.bash("cruddur \(arguments) >/dev/full", environment: environment)
    #expect(outcome.log == "cruddur: Standard output cannot be written to.\n")
    #expect(outcome.status == 2)
  }

  @Test func `A standard output that is full is an error`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = try bootstrap.write("1", to: "event.json")
      let line = "cruddur invoke \(event) --repeat 1000 --bootstrap \(bootstrap.path) >/dev/full"
      let outcome = try await CommandLineTool.bash(line, environment: environment)
      #expect(outcome.log.hasSuffix("cruddur: Standard output cannot be written to.\n"))
      #expect(outcome.status == 1)
      #expect(bootstrap.invocations.count == 1, "nothing more is delivered")
      bootstrap.expectGone()
    }
  }

  private var environment: [String: String] {
    get throws { ["PATH": "\(try CommandLineTool.folder()):/usr/bin:/bin"] }
  }

  /// What `cruddur` writes to a terminal that is its standard output.
  private func onTerminal(
    _ arguments: String, _ bootstrap: FakeBootstrap, _ variables: [String: String]
  ) async throws -> String {
    let command = "cruddur \(arguments) --bootstrap \(bootstrap.path) 2>\(bootstrap.folder)/log"
    let unset = variables["NO_COLOR"] == nil ? "unset NO_COLOR; " : ""
    let line = "\(unset)script --quiet --return --command '\(command)' /dev/null </dev/null"
    let outcome = try await CommandLineTool.bash(line, environment: try environment.merging(variables) { $1 })
    #expect(outcome.status == 0, "\(bootstrap.read("log") ?? "")")
    return outcome.output
  }
}
