import struct Foundation.UUID

/// Stands between those who invoke and the runtime: feeds ``RuntimeState`` and does what it says.
actor RuntimeBroker {
  /// What becomes of a request.
  enum Reply: Sendable, Equatable {
    case answer(Answer)
    case disconnect
  }

  private var state: RuntimeState
  private var faults = FaultPlan()
  private var callers: [String: CheckedContinuation<InvocationResult, Never>] = [:]
  private var calls: [RuntimeState.CallID: CheckedContinuation<Answer, Never>] = [:]
  private var timers: [RuntimeState.Timer: Task<Void, any Error>] = [:]
  private(set) var exchanges: [Exchange] = []

  init(functionARN: String) {
    state = RuntimeState(functionARN: functionARN)
  }

  var initError: ReportedError? { state.initError }

  func invoke(_ request: InvocationRequest) async -> InvocationResult {
    let invocation = Invocation(id: UUID().uuidString.lowercased(), request: request)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        callers[invocation.id] = caller
        handle(.invoke(invocation))
      }
    } onCancel: {
      Task { await self.handle(.cancel(invocation.id)) }
    }
  }

  /// Serves a request of the runtime, and keeps a record of it.
  func serve(
    method: String, path: String, headers: [String: String], body: Result<[UInt8], Refusal>, bodySize: Int
  ) async -> Reply {
    let exchange = exchanges.count
    exchanges.append(Exchange(method: method, path: path, headers: headers, bodySize: bodySize))
    do throws(Refusal) {
      let call = try RuntimeCall(method: method, path: path, headers: headers, body: body)
      let fault = faults.take(for: try Route.parse(method: method, path: path).route)
      switch fault {
      case .status(let status): throw .injected(status: status)
      case .disconnect(taken: false): return .disconnect
      case .disconnect(taken: true):
        _ = await answer(to: call, exchange)
        return .disconnect
      case nil:
        let answer = await answer(to: call, exchange)
        exchanges[exchange].status = answer.status
        return .answer(answer)
      }
    } catch {
      exchanges[exchange].status = error.status
      return .answer(.refused(error))
    }
  }

  /// Commits a fault on calls that are still to come.
  func inject(_ fault: Fault) {
    faults.add(fault)
  }

  func handle(_ input: RuntimeState.Input) {
    for effect in state.handle(input, at: millisecondsSinceEpoch()) {
      switch effect {
      case .answer(let call, let answer): calls.removeValue(forKey: call)?.resume(returning: answer)
      case .finish(let id, let result):
        timers.removeValue(forKey: .invocation(id))?.cancel()
        callers.removeValue(forKey: id)?.resume(returning: result)
      case .start(let timer, let duration): start(timer, for: duration)
      }
    }
  }

  private func answer(to call: RuntimeCall, _ id: RuntimeState.CallID) async -> Answer {
    await withCheckedContinuation { continuation in
      calls[id] = continuation
      handle(.call(id, call))
    }
  }

  private func start(_ timer: RuntimeState.Timer, for duration: Duration) {
    timers[timer]?.cancel()
    timers[timer] = Task {
      try await Task.sleep(for: duration)
      // Checked here, on the actor: a timer that was cancelled after it rang must not be heard.
      try Task.checkCancellation()
      timers[timer] = nil
      handle(.elapsed(timer))
    }
  }
}
