import Foundation
import JSON
import LocalLambda
import TestSupport

/// What Lambda allows where a test has to sit out a failure, and the length of that is not what is tested.
let shortTimeout: Duration = .milliseconds(2_500)

/// Runs `body` with the real `bootstrap`, as Lambda runs it: with these variables and no others of ours.
func withFunction(
  _ variables: [String: String], timeout: Duration = .seconds(5),
  _ body: (_ invoke: ([UInt8]) async -> InvocationResult) async throws -> Void
) async throws {
  try await withEnvironment(variables) { environment, _ in
    try await body { await environment.invoke(InvocationRequest(payload: $0, timeout: timeout)) }
  }
}

/// Runs `body` with the real `bootstrap` in an environment that is set up with `options`.
func withEnvironment(
  _ variables: [String: String], _ options: RuntimeAPI.Options = .init(),
  _ body: (ExecutionEnvironment, RuntimeAPI) async throws -> Void
) async throws {
  let api = try await RuntimeAPI.start(options: options)
  let environment = ExecutionEnvironment(
    bootstrap: Repository.product("bootstrap").path, runtimeAPI: api,
    caller: ["LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? ""], configured: variables)
  let result: Result<Void, any Error>
  do {
    result = .success(try await body(environment, api))
  } catch {
    result = .failure(error)
  }
  await environment.end()
  await api.stop()
  try result.get()
}

/// Runs the real `bootstrap` on a Runtime API while `body` has it handle events, then tells it to end.
///
/// - Returns: All that it wrote to its standard output and standard error.
func withProcess(
  _ variables: [String: String], _ body: (RuntimeAPI, Process) async throws -> Void
) async throws -> String {
  let api = try await RuntimeAPI.start()
  let log = try TemporaryFile()
  let process = Process()
  process.executableURL = Repository.product("bootstrap")
  process.environment = ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
    .merging(["AWS_LAMBDA_RUNTIME_API": api.endpoint]) { $1 }.merging(variables) { $1 }
  process.standardOutput = log.handle
  process.standardError = log.handle
  let (ends, continuation) = AsyncStream<Void>.makeStream()
  process.terminationHandler = { _ in
    Task {
      await api.runtimeExited("exited")
      continuation.finish()
    }
  }
  try process.run()
  let result: Result<Void, any Error>
  do {
    result = .success(try await body(api, process))
  } catch {
    result = .failure(error)
  }
  if process.isRunning { process.terminate() }
  for await _ in ends {}
  await api.stop()
  try result.get()
  return try log.text
}

/// A confirmed sign-up.
func signUp(_ sub: String, _ attributes: [String: String] = [:], source: String = "PostConfirmation_ConfirmSignUp")
  -> [UInt8]
{
  JSONWriter.object { event in
    event.add("version", "1")
    event.add("userName", sub)
    event.add("triggerSource", source)
    event.object("request") { request in
      request.object("userAttributes") { user in
        user.add("sub", sub)
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { user.add(name, value) }
      }
    }
    event.object("response") { _ in }
  }
}

extension InvocationResult {
  /// The error's type; nil for an answer.
  var errorType: String? {
    switch self {
    case .functionError(let type, _), .initError(let type, _): type
    default: nil
    }
  }

  /// The error's message; nil for an answer.
  var errorMessage: String? {
    switch self {
    case .functionError(_, let body), .initError(_, let body):
      try? JSONDocument(body).root.member("errorMessage").string()
    default: nil
    }
  }
}
