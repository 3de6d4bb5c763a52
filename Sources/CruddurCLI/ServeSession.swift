import Foundation
import LocalLambda

/// One run of `cruddur serve`, whose inputs have all been checked.
struct ServeSession {
  /// Who starts the bootstraps.
  enum Mode {
    case plain
    /// A new executable is taken as soon as it is there, and built where there is a builder.
    case watched(Builder?)
    /// Somebody else does, and they find the Runtime API on this port.
    case attached(port: Int)
  }

  let options: LocalServer.Options
  /// The program that switches the database; nil where there is none to be switched.
  let database: Executable?
  let executable: Executable
  let mode: Mode
  let timeout: Duration
  /// With Managed Instances; nil on demand.
  let maximumConcurrency: Int?
  let variables: [String: String]

  /// Serves until a signal comes; then the port is closed and the bootstraps are gone.
  ///
  /// - Returns: the exit status: 0 after a signal, 1 if the bootstrap did not come up.
  /// - Throws: ``PortError`` if a port cannot be listened on.
  func run() async throws -> Int32 {
    let signals = EndSignals()
    let timeout = timeout
    // Lines that nobody reads are not worth a word.
    let lines = LineWriter { Console.printResponse(Array($0.utf8)) }
    let log = LineWriter { Console.writeError($0 + "\n") }
    let caller = ProcessInfo.processInfo.environment
    let console = OperatorConsole(database: database.map { DatabaseControl(program: $0.path) })
    let function = Function(
      .init(
        name: "cruddur", bootstrap: executable.path, timeout: timeout, variables: variables, caller: caller,
        maximumConcurrency: maximumConcurrency, aliases: ["live"])
    ) { progress in
      console.note(progress)
      guard case .ended(let record) = progress else { return }
      if let report = record.report { log.write(report) }
      if let failure = record.failure(timeout: timeout) { log.write("cruddur: \(failure)") }
    }
    let server = try await LocalServer.start(options, function: function, console: console, files: Page.files) {
      lines.write($0.line)
    }
    let outcome: Result<Int32, any Error>
    do {
      outcome = .success(
        try await serve(function, signals) {
          lines.write(server.url)
        } log: {
          log.write($0)
        })
    } catch {
      outcome = .failure(error)
    }
    async let served: Void = server.stop()
    await function.stop()
    await served
    lines.finish()
    log.finish()
    return try outcome.get()
  }

  /// Waits for a signal, once the function is up. What it lacks would fail each event: better to say so at once.
  private func serve(
    _ function: Function, _ signals: EndSignals, whenReady: @escaping @Sendable () -> Void,
    log: @escaping @Sendable (String) -> Void
  ) async throws -> Int32 {
    if case .attached(let port) = mode {
      let variables = try await function.attach(port: port)
      whenReady()
      log(
        Attachment(executable: executable.path, variables: variables, caller: ProcessInfo.processInfo.environment)
          .instructions)
    }
    return await withTaskGroup(of: Int32?.self) { group in
      group.addTask {
        if case .attached = mode { return nil }
        if let failure = await function.initialize() {
          guard let sentence = failure.startFailure else { return nil }
          log("cruddur: \(sentence)")
          return 1
        }
        whenReady()
        if case .watched(let builder) = mode {
          await Watch(bootstrap: executable.path, builder: builder, function: function, log: log).run()
        }
        return nil
      }
      group.addTask {
        for await _ in signals { break }
        return 0
      }
      while let end = await group.next() {
        guard let end else { continue }
        await function.stop()
        group.cancelAll()
        return end
      }
      return 0
    }
  }
}

extension InvocationRecord {
  /// What to tell of an invocation that was not answered within `timeout`; nil if it was, or its caller gave up.
  fileprivate func failure(timeout: Duration) -> String? {
    switch result {
    case .abandoned, .cancelled: nil
    default: result.failure(of: start.requestID, timeout: timeout)
    }
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
