import Glibc
import Subprocess
import Testing

/// `cruddur invoke` when an event is not answered.
@Suite(.timeLimit(.minutes(1)))
struct InvokeFailureTests {
  @Test func `A function error is shown, and the next event is delivered`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let bad = try bootstrap.write(#""fail""#, to: "bad.json")
      let outcome = try await CommandLineTool.run(["invoke", bad, "-", "--bootstrap", bootstrap.path], input: "2")
      #expect(outcome.output == "2\n")
      #expect(outcome.log.contains("cruddur: \(bad): function error Function.Bad: {\"errorMessage\":\"no\"}\n"))
      #expect(outcome.status == 1)
      #expect(bootstrap.processes.count == 1, "the same process goes on")
    }
  }

  @Test(arguments: [
    (#""hang""#, "timed out after 3.0 seconds."),
    (#""crash""#, "no answer, because the bootstrap exited with status 3."),
  ])
  func `A bootstrap that hangs or crashes is replaced by another`(event: String, sentence: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let bad = try bootstrap.write(event, to: "bad.json")
      let outcome = try await CommandLineTool.run(
        ["invoke", bad, "-", "--timeout", "3", "--bootstrap", bootstrap.path], input: "2")
      #expect(outcome.output == "2\n")
      #expect(outcome.log.contains("cruddur: \(bad): \(sentence)\n"))
      #expect(outcome.status == 1)
      #expect(bootstrap.processes.count == 2, "a fresh process goes on")
      bootstrap.expectGone()
    }
  }

  @Test func `An init error is shown, and the bootstrap may finish its log`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(
        ["invoke", "-", "--bootstrap", bootstrap.path, "--env", "FAIL_INIT=1"], input: "1")
      #expect(outcome.output == "")
      let sentence = #"standard input: init error Runtime.NoDatabase: {"errorMessage":"no database"}"#
      #expect(outcome.log.hasPrefix("the last words\nREPORT RequestId: "), "\(outcome.log)")
      #expect(outcome.log.hasSuffix("\tStatus: error\tError Type: Runtime.NoDatabase\ncruddur: \(sentence)\n"))
      #expect(outcome.status == 1)
      bootstrap.expectGone()
    }
  }

  @Test(arguments: [(Signal.interrupt, Int32(130)), (.terminate, 143)])
  func `A signal ends the bootstrap, too`(signal: Signal, status: Int32) async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = try bootstrap.write(#""hang""#, to: "event.json")
      let ended = try await CommandLineTool.run(
        ["invoke", event, "--timeout", "60", "--repeat", "3", "--bootstrap", bootstrap.path], sending: signal
      ) { !bootstrap.invocations.isEmpty }
      #expect(ended.status == .exited(status))
      #expect(!ended.log.contains("cruddur: "), "\(ended.log)")
      #expect(bootstrap.processes.count == 1)
      bootstrap.expectGone()
    }
  }
}
