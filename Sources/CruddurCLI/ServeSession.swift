import Foundation
import LocalLambda

/// One run of `cruddur serve`, whose inputs have all been checked.
struct ServeSession {
  let port: Int
  let executable: Executable
  let timeout: Duration
  let variables: [String: String]

  /// Serves until a signal comes; then the port is closed and the bootstraps are gone.
  ///
  /// - Throws: ``PortError`` if the port cannot be listened on.
  func run() async throws {
    let signals = EndSignals()
    let timeout = timeout
    let function = Function(
      .init(
        name: "cruddur", bootstrap: executable.path, timeout: timeout, variables: variables,
        caller: ProcessInfo.processInfo.environment)
    ) { requestID, result in
      if let failure = result.failure(of: requestID, timeout: timeout) { Console.log(failure) }
    }
    let lines = LineWriter()
    let server = try await LocalServer.start(port: port, function: function, files: Page.files) {
      lines.write($0.line)
    }
    lines.write(server.url)
    for await _ in signals { break }
    async let served: Void = server.stop()
    await function.stop()
    await served
    lines.finish()
  }
}

extension ServedRequest {
  /// Method, path, status, milliseconds.
  fileprivate var line: String {
    let milliseconds = (duration / .milliseconds(1)).formatted(
      .number.precision(.fractionLength(1)).grouping(.never).locale(Locale(identifier: "en_US_POSIX")))
    return "\(method) \(path) \(status) \(milliseconds) ms"
  }
}
