import Foundation
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// A `bootstrap` that runs as a child process, in a process group of its own, and is always reaped.
final class RuntimeProcess: Sendable {
  /// The process's id while it runs.
  private final class Identity: Sendable {
    let id = Mutex<pid_t?>(nil)
  }

  private let running: Task<Void, Never>
  private let identity: Identity

  /// Starts the program at `path`; both its standard output and error are `output`.
  ///
  /// However it ends, `onExit` is told in a phrase such as "exited with status 1".
  init(
    path: String, variables: [String: String], output: FileDescriptor,
    onExit: @escaping @Sendable (String) async -> Void
  ) {
    let identity = Identity()
    self.identity = identity
    running = Task {
      let phrase = await Self.run(path: path, variables: variables, output: output, identity)
      await onExit(phrase)
    }
  }

  /// Ends the process, if it has not ended by itself after `delay`, and waits until it is gone: `grace` is how long it has
  /// between SIGTERM and SIGKILL, and without it there is SIGKILL at once.
  func end(after delay: Duration = .zero, grace: Duration? = nil) async {
    let ending = Task {
      try await Task.sleep(for: delay)
      if let grace {
        identity.id.withLock { if let id = $0 { _ = Glibc.kill(-id, SIGTERM) } }
        try await Task.sleep(for: grace)
      }
      running.cancel()
    }
    await running.value
    ending.cancel()
  }

  /// Kills the process as it is, with all that it has started, and waits until its end has been told like any other.
  func kill() async {
    let isKilled = identity.id.withLock { id in id.map { Glibc.kill(-$0, SIGKILL) == 0 } ?? false }
    if isKilled { await running.value }
  }

  /// The most bytes that it has had in memory so far; nil once it is gone.
  var maximumMemoryUsed: Int? { identity.id.withLock { $0.flatMap { ProcessUsage(process: $0)?.peakResidentBytes } } }

  /// What it and all that it has started have used so far; nil once it is gone.
  var usage: ProcessUsage? { identity.id.withLock { $0.flatMap { ProcessUsage(group: $0) } } }

  /// Kills the process without waiting for it.
  func cancel() {
    running.cancel()
  }

  private static func run(
    path: String, variables: [String: String], output: FileDescriptor, _ identity: Identity, attempts: Int = 50
  ) async -> String {
    var options = PlatformOptions()
    // A group of its own, so that what the process has started ends with it, and a terminal's Ctrl-C comes to us alone.
    options.processGroupID = 0
    options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
    do {
      let result = try await Subprocess.run(
        .path(FilePath(path)),
        environment: .custom(Dictionary(uniqueKeysWithValues: variables.map { (.init(stringLiteral: $0), $1) })),
        platformOptions: options, input: .none, output: .fileDescriptor(output, closeAfterSpawningProcess: false),
        error: .fileDescriptor(output, closeAfterSpawningProcess: false)
      ) { execution in
        identity.id.withLock { $0 = execution.processIdentifier.value }
      }
      identity.id.withLock { $0 = nil }
      // What it had started would otherwise go on, and speak to the Runtime API of the next.
      Glibc.kill(-result.processIdentifier.value, SIGKILL)
      return result.terminationStatus.phrase
    } catch let error as SubprocessError
      where error.underlyingError == .textFileBusy && attempts > 1 && !Task.isCancelled
    {
      // Somebody still has it open to write it: https://man7.org/linux/man-pages/man2/execve.2.html.
      try? await Task.sleep(for: .milliseconds(100))
      return await run(path: path, variables: variables, output: output, identity, attempts: attempts - 1)
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
