import Logging

/// Asks for an event, has it handled, sends the outcome; and again, until Lambda ends the process or stops answering.
struct Worker {
  let endpoint: String
  let handler: any Handler
  let logger: Logger
  /// Whether each invocation's trace is put into the process's environment: only where no other worker does so.
  let exportsTrace: Bool

  /// Runs until there is no point in going on.
  ///
  /// - Returns: Why that is.
  func run() async -> ExitReason {
    do throws(ExitReason) {
      var client: RuntimeClient
      do throws(TransportError) {
        client = try RuntimeClient(endpoint: endpoint, logger: logger)
      } catch {
        throw .transport(error, of: .next)
      }
      var trace = TraceEnvironment()
      while true {
        switch try client.next() {
        case .invocation(let invocation):
          if exportsTrace { trace.set(invocation.context.traceID) }
          let outcome = await outcome(of: invocation)
          try client.send(outcome, of: invocation.context)
        case .tooLarge(let context):
          let report = ErrorReport.eventTooLarge
          report.log(to: context.logger)
          try client.send(.failure(report), of: context)
        }
      }
    } catch {
      return error
    }
  }

  private func outcome(of invocation: Invocation) async -> Outcome {
    do {
      return .response(try await handler.handle(invocation).collect())
    } catch {
      let report = ErrorReport(error)
      report.log(to: invocation.context.logger)
      return .failure(report)
    }
  }
}
