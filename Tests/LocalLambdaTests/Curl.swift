import Subprocess
import TestSupport
import Testing

/// An HTTP request sent with curl's command line, which knows nothing of the server under test.
struct Curl {
  typealias Answer = CurlAnswer

  let endpoint: String

  func next() async throws -> Answer {
    try await send("/invocation/next")
  }

  func post(_ path: String, _ body: String = "{}", _ arguments: String...) async throws -> Answer {
    try await send(path, ["--data-binary", "@-"] + arguments, body: body)
  }

  /// The answer, whose status is 0 where the connection broke or took more than thirty seconds.
  func send(_ path: String, _ arguments: [String] = [], body: String = "") async throws -> Answer {
    let url = path.hasPrefix("http") ? path : "http://\(endpoint)/2018-06-01/runtime\(path)"
    let options = ["--silent", "--include", "--noproxy", "*", "--max-time", "30", "--header", "Expect:"]
    let result = try await run(
      .name("curl"), arguments: Arguments(options + arguments + [url]), input: .string(body),
      output: .string(limit: 10_000_000))
    return Answer(result.standardOutput)
  }
}
