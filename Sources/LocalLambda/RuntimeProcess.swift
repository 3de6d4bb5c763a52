import Glibc
import Subprocess
import SystemPackage

/// A `bootstrap` that runs as a child process, in a process group of its own, and is always reaped.
final class RuntimeProcess: Sendable {
  /// How long the process has between SIGTERM and SIGKILL, as with Lambda.
  private static let grace = Duration.milliseconds(500)

  private let running: Task<Void, Never>

  /// Starts the program at `path`; both its standard output and error are `output`.
  ///
  /// However it ends, `onExit` is told in a phrase such as "exited with status 1".
  init(
    path: String, variables: [String: String], output: FileDescriptor,
    onExit: @escaping @Sendable (String) async -> Void
  ) {
    running = Task {
      await onExit(await Self.run(path: path, variables: variables, output: output))
    }
  }

  /// Ends the process, if it has not ended by itself after `delay`, and waits until it is gone.
  func end(after delay: Duration = .zero) async {
    let ending = Task {
      try await Task.sleep(for: delay)
      running.cancel()
    }
    await running.value
    ending.cancel()
  }

  /// Ends the process without waiting for it.
  func cancel() {
    running.cancel()
  }

  private static func run(path: String, variables: [String: String], output: FileDescriptor) async -> String {
    var options = PlatformOptions()
    // A group of its own, so that what the process has started ends with it, and a terminal's Ctrl-C comes to us alone.
    options.processGroupID = 0
    options.teardownSequence = [.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: grace)]
    do {
      let result = try await Subprocess.run(
        .path(FilePath(path)),
        environment: .custom(Dictionary(uniqueKeysWithValues: variables.map { (.init(stringLiteral: $0), $1) })),
        platformOptions: options, output: .fileDescriptor(output, closeAfterSpawningProcess: false),
        error: .fileDescriptor(output, closeAfterSpawningProcess: false))
      // What it had started would otherwise go on, and speak to the Runtime API of the next.
      kill(-result.processIdentifier.value, SIGKILL)
      return result.terminationStatus.phrase
    } catch {
      let reason = "\(error)"
      return "could not be started: " + (reason.hasSuffix(".") ? reason.dropLast() : reason[...])
    }
  }
}

extension TerminationStatus {
  /// The rest of a sentence about a process.
  fileprivate var phrase: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signaled(let signal):
      "was ended by signal \(signal)" + (strsignal(signal).map { " (\(String(cString: $0)))" } ?? "")
    }
  }
}
