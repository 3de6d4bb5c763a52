import Foundation
import LocalLambda

/// A function on this machine: a bootstrap against a Runtime API of its own.
struct LocalFunction: Sendable {
  let executable: Executable
  let timeout: Duration
  let variables: [String: String]

  /// Runs `body` with a way to give the function an event; however that ends, the bootstrap ends with it.
  ///
  /// - Throws: ``PortError`` if there can be no Runtime API, and what `body` throws.
  func run<Result>(_ body: ((EventFile) async throws -> Delivery) async throws -> Result) async throws -> Result {
    var options = RuntimeAPI.Options()
    options.recordsExchanges = false
    options.handler = variables["_HANDLER"] ?? options.handler
    options.isSnapStart = variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    let api = try await RuntimeAPI.start(options: options)
    let environment = ExecutionEnvironment(
      bootstrap: executable.path, runtimeAPI: api, caller: ProcessInfo.processInfo.environment, configured: variables)
    let outcome: Swift.Result<Result, any Error>
    do {
      outcome = .success(try await body { event in await invoke(event, in: environment) })
    } catch {
      outcome = .failure(error)
    }
    await environment.end()
    await api.stop()
    return try outcome.get()
  }

  private func invoke(_ event: EventFile, in environment: ExecutionEnvironment) async -> Delivery {
    let record = await environment.record(
      of: InvocationRequest(payload: event.bytes, timeout: timeout, traceID: InvocationRequest.randomTraceID()))
    let answer: [UInt8]? = if case .response(let bytes) = record.result { bytes } else { nil }
    return Delivery(
      answer: answer, failure: record.result.failure(of: event.name, timeout: timeout),
      log: record.report.map { Array("\($0)\n".utf8) } ?? [],
      figures: Delivery.Figures(duration: record.duration, isColdStart: record.initialization != nil))
  }
}
