/// Stands between those who invoke and the runtime: feeds ``RuntimeState`` and does what it says.
actor RuntimeBroker {
  private var state: RuntimeState
  private var faults = FaultPlan()
  private var callers: [String: CheckedContinuation<InvocationResult, Never>] = [:]
  private var calls: [RuntimeState.CallID: CheckedContinuation<HTTPResponse, Never>] = [:]
  private var timers: [RuntimeState.Timer: Task<Void, any Error>] = [:]
  private var initWaiters: [Int: CheckedContinuation<InvocationResult?, Never>] = [:]
  private var initWaiterCount = 0
  private var callCount = 0
  private var invocationCount = 0
  private let recordsExchanges: Bool
  /// The exchange of the call `id` is at `id - 1`.
  private(set) var exchanges: [Exchange] = []

  init(rules: RuntimeState.Rules, recordsExchanges: Bool) {
    state = RuntimeState(rules: rules)
    self.recordsExchanges = recordsExchanges
  }

  var initError: ReportedError? { state.initError }

  var isRuntimeGone: Bool {
    if case .failed = state.phase { true } else { false }
  }

  var waitingCalls: Int { state.waiting.count }

  func invoke(_ request: InvocationRequest) async -> InvocationResult {
    invocationCount += 1
    let invocation = Invocation(
      key: String(invocationCount), requestID: request.requestID ?? .randomUUID(), request: request)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        callers[invocation.key] = caller
        handle(.invoke(invocation))
      }
    } onCancel: {
      Task { await self.handle(.cancel(invocation.key)) }
    }
  }

  /// Waits for the end of the runtime's init: nil if it asked for an event, otherwise what came in between.
  func initFailure() async -> InvocationResult? {
    guard state.phase == .initializing else { return state.failure }
    initWaiterCount += 1
    let id = initWaiterCount
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        if Task.isCancelled { waiter.resume(returning: .cancelled) } else { initWaiters[id] = waiter }
      }
    } onCancel: {
      Task { await self.endInitWait(id) }
    }
  }

  private func endInitWait(_ id: Int) {
    initWaiters.removeValue(forKey: id)?.resume(returning: .cancelled)
  }

  /// Serves a request of the runtime. Cancelling the task ends a call that waits.
  func serve(_ request: HTTPCall) async -> HTTPReply {
    let id = receive(request)
    do throws(Refusal) {
      let (route, requestID) = try Route.parse(method: request.method, path: request.path)
      let call = RuntimeCall(route, requestID: requestID, request)
      switch faults.take(for: route) {
      case .status(let status): throw .injected(status: status)
      case .disconnect(taken: false): return .disconnect
      case .disconnect(taken: true):
        _ = await respond(to: call, id)
        return .disconnect
      case .brokenOff(let count): return .brokenOff(await respond(to: call, id), afterBytes: count)
      case nil: return reply(await respond(to: call, id), to: id)
      }
    } catch {
      return reply(.refused(error), to: id)
    }
  }

  /// Commits a fault on calls that are still to come.
  func inject(_ fault: Fault) {
    faults.add(fault)
  }

  func handle(_ input: RuntimeState.Input) {
    for effect in state.handle(input, at: millisecondsSinceEpoch()) {
      switch effect {
      case .respond(let call, let response): calls.removeValue(forKey: call)?.resume(returning: response)
      case .finish(let key, let result):
        timers.removeValue(forKey: .invocation(key))?.cancel()
        callers.removeValue(forKey: key)?.resume(returning: result)
      case .start(let timer, let duration): start(timer, for: duration)
      }
    }
    guard state.phase != .initializing else { return }
    timers.removeValue(forKey: .initialization)?.cancel()
    for waiter in initWaiters.values { waiter.resume(returning: state.failure) }
    initWaiters = [:]
  }

  private func receive(_ request: HTTPCall) -> RuntimeState.CallID {
    callCount += 1
    if recordsExchanges { exchanges.append(Exchange(request)) }
    return callCount
  }

  private func reply(_ response: HTTPResponse, to id: RuntimeState.CallID) -> HTTPReply {
    if recordsExchanges { exchanges[id - 1].status = response.status }
    return .response(response)
  }

  private func respond(to call: RuntimeCall, _ id: RuntimeState.CallID) async -> HTTPResponse {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        calls[id] = continuation
        handle(.call(id, call))
      }
    } onCancel: {
      Task { await self.handle(.hungUp(id)) }
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
