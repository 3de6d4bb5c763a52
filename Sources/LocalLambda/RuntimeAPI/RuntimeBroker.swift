/// How an invocation ended, and how long it took from the moment its event was handed out; nil where it never was.
struct BrokeredInvocation {
  var result: InvocationResult
  let duration: Duration?
}

/// Stands between those who invoke and the runtime: feeds ``RuntimeState`` and does what it says.
actor RuntimeBroker {
  private var state: RuntimeState
  private var faults = FaultPlan()
  /// By the invocation's key.
  private var callers: [String: Caller] = [:]
  private var calls: [RuntimeState.CallID: CheckedContinuation<HTTPReply, Never>] = [:]
  /// The requests whose bodies come as streams.
  private var streams: [RuntimeState.CallID: HTTPCall] = [:]
  private var timers: [RuntimeState.Timer: Task<Void, any Error>] = [:]
  private var waiters:
    [Int: (condition: (RuntimeState) -> Bool, continuation: CheckedContinuation<RuntimeState?, Never>)] = [:]
  private var waiterCount = 0
  private var callCount = 0
  private var invocationCount = 0
  private let options: RuntimeAPI.Options
  /// The exchange of the call `id` is at `id - 1`.
  private(set) var exchanges: [Exchange] = []

  /// Whoever waits for an invocation's end, and has the response as it comes, or all of it then.
  private struct Caller {
    let end: CheckedContinuation<BrokeredInvocation, Never>
    let sink: ResponseSink?
    var response: [UInt8] = []
    var handOut: ContinuousClock.Instant?
  }

  init(rules: RuntimeState.Rules, options: RuntimeAPI.Options) {
    state = RuntimeState(rules: rules)
    self.options = options
  }

  var initError: ReportedError? { state.initError }

  var isRuntimeGone: Bool {
    if case .failed = state.phase { true } else { false }
  }

  var holdsSnapshot: Bool { state.holdsSnapshot }

  var hasExtension: Bool { !state.extensions.isEmpty }

  var waitingCalls: Int { state.waiting.count }

  func invoke(_ request: InvocationRequest, into sink: ResponseSink?) async -> BrokeredInvocation {
    invocationCount += 1
    let invocation = Invocation(
      key: String(invocationCount), requestID: request.requestID ?? .randomUUID(), request: request)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        callers[invocation.key] = Caller(end: caller, sink: sink)
        handle(.invoke(invocation))
      }
    } onCancel: {
      Task { await self.handle(sink == nil ? .cancel(invocation.key) : .abandoned(invocation.key)) }
    }
  }

  /// Waits for the end of the runtime's init: nil if it asked for an event, or to be restored, otherwise what came in
  /// between.
  func initFailure() async -> InvocationResult? {
    guard let state = await wait(until: { $0.isInitOver }) else { return .cancelled }
    return state.failure
  }

  /// Waits until the runtime asks for an event or to be restored, or is gone; false if the limit passes first.
  func nextCall(within limit: Duration?) async -> Bool {
    let condition: @Sendable (RuntimeState) -> Bool = { $0.asksForEvent || $0.holdsSnapshot || $0.failure != nil }
    guard let limit else { return await wait(until: condition) != nil }
    if condition(state) { return true }
    return await LocalLambda.within(limit) { await self.wait(until: condition) != nil } ?? false
  }

  /// The state as soon as a condition holds; nil if the task is cancelled before.
  private func wait(until condition: @escaping @Sendable (RuntimeState) -> Bool) async -> RuntimeState? {
    if condition(state) { return state }
    waiterCount += 1
    let id = waiterCount
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(returning: nil)
        } else {
          waiters[id] = (condition, continuation)
        }
      }
    } onCancel: {
      Task { await self.endWait(id) }
    }
  }

  private func endWait(_ id: Int) {
    waiters.removeValue(forKey: id)?.continuation.resume(returning: nil)
  }

  /// Serves a request of the runtime. Cancelling the task ends a call that waits.
  func serve(_ request: HTTPCall) async -> HTTPReply {
    let id = receive(request)
    do throws(Refusal) {
      let (route, input) = try Self.input(of: request, id)
      switch faults.take(for: route) {
      case .status(let status): throw .injected(status: status)
      case .disconnect(taken: false): return .disconnect
      case .disconnect(taken: true):
        _ = await respond(to: input, id, request)
        return .disconnect
      case .brokenOff(let count):
        guard case .response(let response) = await respond(to: input, id, request) else { return .disconnect }
        return .brokenOff(response, afterBytes: count)
      case nil: return recorded(await respond(to: input, id, request), id)
      }
    } catch {
      return recorded(.response(.refused(error)), id)
    }
  }

  /// What a call is for the state.
  private static func input(
    of request: HTTPCall, _ id: RuntimeState.CallID
  ) throws(Refusal) -> (Route, RuntimeState.Input) {
    if ExtensionCall.isPath(request.path) {
      let call = try ExtensionCall(request)
      return (call.route, .extensionCall(id, call))
    }
    let (route, requestID) = try Route.parse(method: request.method, path: request.path)
    return (route, .call(id, try RuntimeCall(route, requestID: requestID, request)))
  }

  /// Commits a fault on calls that are still to come.
  func inject(_ fault: Fault) {
    faults.add(fault)
  }

  func handle(_ input: RuntimeState.Input) {
    for effect in state.handle(input, at: millisecondsSinceEpoch()) {
      switch effect {
      case .respond(let call, let response): reply(to: call, .response(response))
      case .breakOff(let call): reply(to: call, .disconnect)
      case .stream(let call, let key): Task { await forward(call, to: key) }
      case .finish(let key, let result): finish(key, result)
      case .start(let timer, let duration):
        if case .invocation(let key) = timer { callers[key]?.handOut = .now }
        start(timer, for: duration)
      }
    }
    if state.isInitOver { timers.removeValue(forKey: .initialization)?.cancel() }
    for (id, waiter) in waiters where waiter.condition(state) {
      waiters[id] = nil
      waiter.continuation.resume(returning: state)
    }
  }

  private func receive(_ request: HTTPCall) -> RuntimeState.CallID {
    callCount += 1
    if options.recordsExchanges { exchanges.append(Exchange(request)) }
    return callCount
  }

  private func reply(to call: RuntimeState.CallID, _ reply: HTTPReply) {
    streams[call] = nil
    calls.removeValue(forKey: call)?.resume(returning: reply)
  }

  /// Takes note of what a call got.
  private func recorded(_ reply: HTTPReply, _ id: RuntimeState.CallID) -> HTTPReply {
    if options.recordsExchanges, case .response(let response) = reply { exchanges[id - 1].status = response.status }
    return reply
  }

  /// Takes a call, which is an input of the state, and waits for what it gets.
  private func respond(
    to input: RuntimeState.Input, _ id: RuntimeState.CallID, _ request: HTTPCall
  ) async -> HTTPReply {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        calls[id] = continuation
        if request.stream != nil { streams[id] = request }
        handle(input)
      }
    } onCancel: {
      Task { await self.handle(.hungUp(id)) }
    }
  }

  private func finish(_ key: String, _ result: InvocationResult) {
    timers.removeValue(forKey: .invocation(key))?.cancel()
    guard let caller = callers.removeValue(forKey: key) else { return }
    var end = BrokeredInvocation(result: result, duration: caller.handOut.map { .now - $0 })
    if case .response = result, !caller.response.isEmpty { end.result = .response(caller.response) }
    caller.end.resume(returning: end)
  }

  // MARK: Streams

  /// Gives a stream on to whoever invoked, until one of its ends is gone.
  private func forward(_ call: RuntimeState.CallID, to key: String) async {
    guard let request = streams[call], let body = request.stream else { return }
    if let sink = callers[key]?.sink {
      sink.contentType = request.header("content-type")
      // Whoever hangs up need not wait for a chunk to be noticed.
      sink.chunks.whenCancelled { Task { await self.handle(.abandoned(key)) } }
    }
    let limit = callers[key]?.sink == nil ? options.maximumResponseBytes : options.maximumStreamBytes
    var size = 0
    while let item = await body.next() {
      switch item {
      case .end(.truncated): return handle(.streamEnded(call, .failure(.truncated)))
      case .end(.complete(let trailers)):
        return handle(.streamEnded(call, .success(RuntimeCall.endOfStream(trailers: trailers))))
      case .piece(let piece):
        size += piece.count
        if options.recordsExchanges { exchanges[call - 1].bodySize = size }
        guard size <= limit else { return handle(.streamEnded(call, .failure(.tooLarge(limit: limit)))) }
        guard await give(piece, to: key) else { return handle(.abandoned(key)) }
      }
    }
  }

  /// Whether the caller still wants it.
  private func give(_ piece: [UInt8], to key: String) async -> Bool {
    guard let sink = callers[key]?.sink else {
      callers[key]?.response += piece
      return callers[key] != nil
    }
    return await sink.write(piece)
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
