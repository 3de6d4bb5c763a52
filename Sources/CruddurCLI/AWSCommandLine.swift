import ArgumentParser
import Subprocess

/// The person's own `aws`, with their configuration and credentials.
enum AWSCommandLine {
  /// Runs a command, such as `cognito-idp list-users …`, with bytes on its standard input; it ends with the task.
  ///
  /// - Returns: what it prints, `maximumBytes` at most.
  /// - Throws: ``InputError`` with the command's own words where it fails.
  static func run(_ arguments: [String], input: [UInt8] = [], maximumBytes: Int) async throws -> [UInt8] {
    let command = arguments.prefix(2).joined(separator: " ")
    var platform = PlatformOptions()
    // A group of its own, so that a terminal's Ctrl-C comes to us alone, and all that it has started ends with it.
    platform.processGroupID = 0
    platform.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
    do {
      let result = try await Subprocess.run(
        .name("aws"), arguments: Arguments(arguments), platformOptions: platform, input: .inputWriter,
        output: .bytes(limit: maximumBytes), error: .string(limit: 1 << 16)
      ) { execution in
        // One that ends before it has read everything says itself why.
        _ = try? await execution.standardInputWriter.write(input)
        try? await execution.standardInputWriter.finish()
      }
      try Task.checkCancellation()
      guard case .exited(0) = result.terminationStatus else {
        let lines = result.standardError.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
        throw InputError("aws \(command) failed: \(lines.last ?? "\(result.terminationStatus)")")
      }
      return result.standardOutput
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw InputError("aws cannot be run: \(error)")
    }
  }
}

/// Options of ours that are handed on to `aws`.
struct AWSOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Handed on to aws.", valueName: "region"))
  var region: String?

  @Option(help: ArgumentHelp("Handed on to aws.", valueName: "name"))
  var profile: String?

  @Option(help: ArgumentHelp("Handed on to aws.", valueName: "url"))
  var endpointURL: String?

  /// All of them, and what they were given.
  var all: [(name: String, value: String?)] {
    [("--region", region), ("--profile", profile), ("--endpoint-url", endpointURL)]
  }

  /// Those that were given, as `aws` takes them.
  var arguments: [String] { all.flatMap { name, value in value.map { [name, $0] } ?? [] } }
}
