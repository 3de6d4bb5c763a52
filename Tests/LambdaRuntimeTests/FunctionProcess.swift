import Foundation
import LocalLambda
import Synchronization
import TestSupport

/// The program TestFunction as a process of its own, which asks a Runtime API for events.
final class FunctionProcess: Sendable {
  struct Exit {
    let time: ContinuousClock.Instant
    let status: Int32
    /// Whether the status is the number of a signal.
    let isSignal: Bool
  }

  let api: RuntimeAPI
  private let process = Process()
  private let output = Mutex("")
  private let exits: AsyncStream<Exit>

  init(_ api: RuntimeAPI, _ variables: [String: String]) throws {
    self.api = api
    let (exits, continuation) = AsyncStream<Exit>.makeStream()
    self.exits = exits
    process.executableURL = Repository.product("TestFunction")
    // ThreadSanitizer, where the program is built with it, otherwise waits a second at the end of a process.
    let sanitizer = ["TSAN_OPTIONS": "atexit_sleep_ms=0"]
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
      .merging(["AWS_LAMBDA_RUNTIME_API": api.endpoint]) { $1 }.merging(sanitizer) { $1 }.merging(variables) { $1 }
    let pipe = Pipe()
    process.standardError = pipe
    process.terminationHandler = { [api] process in
      let isSignal = process.terminationReason == .uncaughtSignal
      continuation.yield(Exit(time: .now, status: process.terminationStatus, isSignal: isSignal))
      continuation.finish()
      Task { await api.runtimeExited("ended") }
    }
    try process.run()
    onThread { [self] in
      while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
        output.withLock { $0 += String(decoding: data, as: UTF8.self) }
      }
      output.withLock { $0 += "\nEND" }
    }
  }

  /// What SIGTERM does, sent now.
  @discardableResult
  func terminate() -> ContinuousClock.Instant {
    let time = ContinuousClock.now
    process.terminate()
    return time
  }

  /// Waits for its end.
  func exit() async throws -> Exit {
    guard let exit = await exits.first(where: { _ in true }) else { throw TestSupportError("It has been waited for.") }
    try await waitForLog("\nEND")
    return exit
  }

  var log: String { output.withLock { $0 } }

  /// Waits until the log has that.
  func waitForLog(_ text: String) async throws {
    try await waitUntil("\(text) in the log: \(log)") { log.contains(text) }
  }

  /// Waits until it has asked for so many events.
  func waitForPolls(_ count: Int = 1) async throws {
    try await waitUntil("\(count) polls") {
      await api.exchanges.filter { $0.path.hasSuffix("/next") && $0.path.contains("/invocation/") }.count >= count
    }
  }

  func kill() {
    if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
  }
}

/// Waits for a condition, which has twenty seconds to be met.
func waitUntil(_ what: @autoclosure () -> String, _ condition: () async throws -> Bool) async throws {
  let limit = ContinuousClock.now + .seconds(20)
  while try await !condition() {
    guard .now < limit else { throw TestSupportError("Waited in vain for \(what()).") }
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// Runs `body` with a process on a Runtime API, and ends both. `words` say what it has set up.
func withFunction(
  _ words: String = "", variables: [String: String] = [:], options: RuntimeAPI.Options = .init(),
  _ body: (FunctionProcess) async throws -> Void
) async throws {
  let api = try await RuntimeAPI.start(options: options)
  var variables = variables.merging(["_HANDLER": words]) { $1 }
  if let workers = options.maximumConcurrency { variables["AWS_LAMBDA_MAX_CONCURRENCY"] = "\(workers)" }
  if options.isSnapStart { variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "snap-start" }
  let function = try FunctionProcess(api, variables)
  let result: Result<Void, any Error>
  do {
    result = .success(try await body(function))
  } catch {
    result = .failure(error)
  }
  function.kill()
  await api.stop()
  try result.get()
}
