import Foundation
import Subprocess
import TestSupport
import Testing

/// A real `cruddur serve` on a free port, and curl to speak to it.
struct RunningServer {
  typealias Answer = CurlAnswer

  /// How the server ended, and what it wrote.
  struct End {
    let status: TerminationStatus
    let lines: [Substring]
    let log: String
  }

  /// Such as `http://127.0.0.1:3000`.
  let url: String

  /// Runs a test with a server, which gets a signal afterwards.
  ///
  /// Its standard output goes to `output`, in the shell's words, and from there to the file `$0`; `preparation` is what
  /// the shell does before.
  @discardableResult
  static func with(
    _ bootstrap: FakeBootstrap, _ arguments: [String] = [], output target: String = #""$0""#,
    ending signal: Signal = .terminate,
    after preparation: String = "", _ test: (RunningServer) async throws -> Void
  ) async throws -> End {
    let output = "\(bootstrap.folder)/output"
    try bootstrap.write("", to: "output")
    // The shell becomes the server, and its output a file that can be read meanwhile.
    let command = [
      "-c", preparation + #"exec "$@" > \#(target)"#, output, "\(try CommandLineTool.folder())/cruddur", "serve",
    ]
    let result = try await Subprocess.run(
      .name("bash"), arguments: Arguments(command + ["--port", "0", "--bootstrap", bootstrap.path] + arguments),
      input: .none, output: .discarded, error: .string(limit: 1_000_000)
    ) { execution in
      let outcome: Result<Void, any Error>
      do {
        try await eventually("it listens") { bootstrap.read("output")?.contains("\n") == true }
        let url = bootstrap.read("output")?.split(separator: "\n").first ?? ""
        outcome = .success(try await test(RunningServer(url: String(url))))
      } catch {
        outcome = .failure(error)
      }
      try execution.send(signal: signal)
      try outcome.get()
    }
    return End(
      status: result.terminationStatus, lines: (bootstrap.read("output") ?? "").split(separator: "\n"),
      log: result.standardError)
  }

  /// Sends a request with curl's options; the status is 0 where there is no answer within 30 seconds.
  func send(_ path: String, _ options: String..., body: String? = nil) async throws -> Answer {
    try await send(path, options: options, body: body)
  }

  /// Sends a request with curl's options.
  func send(_ path: String, options: [String], body: String? = nil) async throws -> Answer {
    var arguments = ["--silent", "--include", "--noproxy", "*", "--max-time", "30", "--header", "Expect:"] + options
    if body != nil { arguments += ["--data-binary", "@-"] }
    let result = try await Subprocess.run(
      .name("curl"), arguments: Arguments(arguments + ["\(url)\(path)"]), input: .string(body ?? ""),
      output: .string(limit: 20_000_000), error: .discarded)
    return Answer(result.standardOutput)
  }

  /// Runs the real command line of AWS; its answer's payload comes first, then what it says.
  func aws(
    _ bootstrap: FakeBootstrap, function: String = "cruddur", options: [String] = [], payload: String = "{}"
  ) async throws -> (status: TerminationStatus, payload: String?, output: String, error: String) {
    let file = "\(bootstrap.folder)/\(UUID()).json"
    let input = try bootstrap.write(payload, to: "\(UUID()).json")
    let environment = Environment.inherit.updating([
      "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
      "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PAGER": "", "NO_PROXY": "*",
    ])
    let result = try await Subprocess.run(
      .name("aws"),
      arguments: Arguments(
        ["--endpoint-url", url, "lambda", "invoke", "--function-name", function, "--payload", "fileb://\(input)"]
          + options + [file]),
      environment: environment, output: .string(limit: 100_000), error: .string(limit: 100_000))
    return (
      result.terminationStatus, try? String(contentsOfFile: file, encoding: .utf8), result.standardOutput,
      result.standardError
    )
  }
}

extension CurlAnswer {
  func member(_ name: String) throws -> Any? {
    try (JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])?[name]
  }
}
