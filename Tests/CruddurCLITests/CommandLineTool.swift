import Glibc
import Subprocess
import Testing

/// The real `cruddur`, as it was built.
enum CommandLineTool {
  struct Outcome {
    let status: Int32
    let output: String
    let log: String
  }

  /// The folder of the running tests, in which the build leaves everything.
  static func folder() throws -> String {
    let path = try #require(realpath("/proc/self/exe", nil))
    defer { free(path) }
    return String(cString: path).split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
  }

  /// Runs `cruddur` to its end; it must read its input, if it is given one.
  static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], from folder: String? = nil
  ) async throws -> Outcome {
    var variables: [Environment.Key: String?] = ["PATH": "\(try folder ?? Self.folder()):/usr/bin:/bin"]
    for (name, value) in environment { variables[.init(stringLiteral: name)] = value }
    return try await run("cruddur", arguments, input, variables)
  }

  /// Runs a line of Bash.
  static func bash(_ line: String, environment: [String: String]) async throws -> Outcome {
    var variables: [Environment.Key: String?] = [:]
    for (name, value) in environment { variables[.init(stringLiteral: name)] = value }
    return try await run("bash", ["-c", line], "", variables)
  }

  private static func run(
    _ program: String, _ arguments: [String], _ input: String, _ variables: [Environment.Key: String?]
  ) async throws -> Outcome {
    let result = try await Subprocess.run(
      .name(program), arguments: Arguments(arguments), environment: .inherit.updating(variables),
      input: .string(input), output: .string(limit: 20_000_000), error: .string(limit: 1_000_000))
    guard case .exited(let status) = result.terminationStatus else {
      Issue.record("\(program) \(result.terminationStatus)")
      return Outcome(status: -1, output: result.standardOutput, log: result.standardError)
    }
    return Outcome(status: status, output: result.standardOutput, log: result.standardError)
  }

  /// Starts `cruddur`, sends it a signal once a condition holds, and waits for its end.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], sending signal: Signal,
    once condition: () async -> Bool
  ) async throws -> (status: TerminationStatus, log: String) {
    var variables: [Environment.Key: String?] = ["PATH": "\(try folder()):/usr/bin:/bin"]
    for (name, value) in environment { variables[.init(stringLiteral: name)] = value }
    let environment = Environment.inherit.updating(variables)
    let result = try await Subprocess.run(
      .name("cruddur"), arguments: Arguments(arguments), environment: environment, input: .none, output: .discarded,
      error: .string(limit: 1_000_000)
    ) { execution in
      try await eventually("the time for the signal has come", condition)
      try execution.send(signal: signal)
    }
    return (result.terminationStatus, result.standardError)
  }
}

/// Waits until a condition holds, thirty seconds at most.
func eventually(_ what: Comment, _ condition: () async -> Bool) async throws {
  for _ in 1...3000 {
    if await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("never came true: \(what)")
}
