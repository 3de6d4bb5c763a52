import Subprocess

/// The person's own `aws`, with their configuration and credentials.
enum AWSCommandLine {
  /// Options that are handed on to it.
  static func options(region: String?, profile: String?, endpointURL: String?) -> [String] {
    [("--region", region), ("--profile", profile), ("--endpoint-url", endpointURL)]
      .flatMap { name, value in value.map { [name, $0] } ?? [] }
  }

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
