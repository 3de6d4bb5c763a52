import Foundation
import LocalLambda

/// One run of `cruddur invoke`, whose inputs have all been checked.
struct InvokeSession {
  let events: [EventFile]
  let executable: Executable
  let repetitions: Int
  let timeout: Duration
  let variables: [String: String]

  /// Delivers all events; however that ends, the bootstrap ends with it.
  ///
  /// - Returns: the exit status: 0 if every event was answered, 1 if not, 128 and the signal's number if one ended it.
  /// - Throws: ``PortError`` if there can be no Runtime API.
  func run() async throws -> Int32 {
    let signals = EndSignals()
    return try await withThrowingTaskGroup(of: Int32.self) { group in
      group.addTask { try await deliver() ? 0 : 1 }
      group.addTask {
        for await signal in signals { return 128 + signal }
        return 1
      }
      defer { group.cancelAll() }
      return try await group.next() ?? 1
    }
  }

  private func deliver() async throws -> Bool {
    var options = RuntimeAPI.Options()
    options.recordsExchanges = false
    options.handler = variables["_HANDLER"] ?? options.handler
    options.isSnapStart = variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    let api = try await RuntimeAPI.start(options: options)
    let environment = ExecutionEnvironment(
      bootstrap: executable.path, runtimeAPI: api, caller: ProcessInfo.processInfo.environment, configured: variables)
    let isAnswered = await deliver(to: environment)
    await environment.end()
    await api.stop()
    return isAnswered
  }

  /// Whether every event was answered; nothing more is delivered once a signal has come or nobody reads the answers.
  private func deliver(to environment: ExecutionEnvironment) async -> Bool {
    var isAnswered = true
    for event in (1...repetitions).lazy.flatMap({ _ in events }) {
      let result = await environment.invoke(
        InvocationRequest(payload: event.bytes, timeout: timeout, traceID: InvocationRequest.randomTraceID()))
      if Task.isCancelled { return false }
      if case .response(let answer) = result, !Console.printResponse(answer) {
        Console.log("Standard output cannot be written to.")
        return false
      }
      if let failure = result.failure(of: event.name, timeout: timeout) {
        Console.log(failure)
        isAnswered = false
      }
    }
    return isAnswered
  }
}
