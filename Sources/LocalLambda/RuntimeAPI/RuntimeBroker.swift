import Synchronization

/// How an invocation ended, and how long it took from the moment its event was handed out; nil where it never was.
struct BrokeredInvocation {
  var result: InvocationResult
  let duration: Duration?
}

/// Stands between those who invoke and the runtime: feeds ``RuntimeState`` and does what it says.
///
/// It is a lock and no actor, so that a call is answered on the thread that its connection has, if it need not wait: a
/// function that is measured should not wait for threads of ours. Continuations are resumed under the lock, which may wait for
/// whoever cancels their task: so a cancellation never waits for the lock, but leaves what it has to say to another task.
final class RuntimeBroker: Sendable {
  private struct Core {
    var state: RuntimeState
    var faults = FaultPlan()
    /// By the invocation's key.
    var callers: [String: Caller] = [:]
    var calls: [RuntimeState.CallID: Call] = [:]
    /// The requests whose bodies come as streams.
    var streams: [RuntimeState.CallID: HTTPCall] = [:]
    var timers: [RuntimeState.Timer: Task<Void, any Error>] = [:]
    var waiters: [Int: Waiter] = [:]
    var waiterCount = 0
    var callCount = 0
    var invocationCount = 0
    /// The exchange of the call `id` is at `id - 1`.
    var exchanges: [Exchange] = []
  }

  /// Whoever waits for an invocation's end, and has the response as it comes, or all of it then.
  private struct Caller {
    let end: CheckedContinuation<BrokeredInvocation, Never>
    let sink: ResponseSink?
    var response: [UInt8] = []
    var handOut: ContinuousClock.Instant?
  }

  /// A call of the runtime whose reply may be there before anybody waits for it.
  private enum Call {
    case owed
    case replied(HTTPReply)
    case awaited(CheckedContinuation<HTTPReply, Never>)
  }

  private struct Waiter {
    let condition: @Sendable (RuntimeState) -> Bool
    let continuation: CheckedContinuation<RuntimeState?, Never>
  }

  private let core: Mutex<Core>
  private let options: RuntimeAPI.Options

  init(rules: RuntimeState.Rules, options: RuntimeAPI.Options) {
    core = Mutex(Core(state: RuntimeState(rules: rules)))
    self.options = options
  }

  /// What the Runtime API knows of the runtime at this moment.
  var state: RuntimeState { core.withLock { $0.state } }

  var exchanges: [Exchange] { core.withLock { $0.exchanges } }

  func invoke(_ request: InvocationRequest, into sink: ResponseSink?) async -> BrokeredInvocation {
    let key = core.withLock { core in
      core.invocationCount += 1
      return String(core.invocationCount)
    }
    let invocation = Invocation(key: key, requestID: request.requestID ?? .randomUUID(), request: request)
    let giveUp: RuntimeState.Input = sink == nil ? .cancel(key) : .abandoned(key)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        core.withLock { core in
          core.callers[key] = Caller(end: caller, sink: sink)
          handle(.invoke(invocation), &core)
          // Whoever was cancelled before has been told of it too early.
          if Task.isCancelled { handle(giveUp, &core) }
        }
      }
    } onCancel: {
      Task { handle(giveUp) }
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
    let id = core.withLock { core in
      core.waiterCount += 1
      return core.waiterCount
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        core.withLock { core in
          if condition(core.state) {
            continuation.resume(returning: core.state)
          } else if Task.isCancelled {
            continuation.resume(returning: nil)
          } else {
            core.waiters[id] = Waiter(condition: condition, continuation: continuation)
          }
        }
      }
    } onCancel: {
      Task { core.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(returning: nil) }
    }
  }

  /// Serves a request of the runtime. Cancelling the task ends a call that waits.
  func serve(_ request: HTTPCall) -> HTTPServer.Answer {
    core.withLock { core in
      core.callCount += 1
      let id = core.callCount
      if options.recordsExchanges { core.exchanges.append(Exchange(request)) }
      do throws(Refusal) {
        let (route, input) = try Self.input(of: request, id)
        let fault = core.faults.take(for: route)
        switch fault {
        case .status(let status): throw .injected(status: status)
        case .disconnect(taken: false): return .now(.disconnect)
        case .disconnect(taken: true), .brokenOff, nil: break
        }
        core.calls[id] = .owed
        if request.stream != nil { core.streams[id] = request }
        handle(input, &core)
        if let reply = take(id, &core) { return .now(finished(reply, id, fault, &core)) }
        return .later {
          let reply = await self.reply(to: id)
          return self.core.withLock { self.finished(reply, id, fault, &$0) }
        }
      } catch {
        return .now(finished(.response(.refused(error)), id, nil, &core))
      }
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

  /// A call's reply, if it is there.
  private func take(_ id: RuntimeState.CallID, _ core: inout Core) -> HTTPReply? {
    guard case .replied(let reply) = core.calls[id] else { return nil }
    core.calls[id] = nil
    return reply
  }

  /// Waits for the reply to a call.
  private func reply(to id: RuntimeState.CallID) async -> HTTPReply {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        core.withLock { core in
          if let reply = take(id, &core) {
            continuation.resume(returning: reply)
          } else {
            core.calls[id] = .awaited(continuation)
          }
        }
      }
    } onCancel: {
      Task { handle(.hungUp(id)) }
    }
  }

  /// What becomes of a call's reply, of which note is taken unless a fault befalls it.
  private func finished(
    _ reply: HTTPReply, _ id: RuntimeState.CallID, _ fault: Fault.Kind?, _ core: inout Core
  ) -> HTTPReply {
    switch (fault, reply) {
    case (.brokenOff(let count), .response(let response)): return .brokenOff(response, afterBytes: count)
    case (.some, _): return .disconnect
    case (nil, .response(let response)) where options.recordsExchanges:
      core.exchanges[id - 1].status = response.status
      return reply
    case (nil, _): return reply
    }
  }

  /// Commits a fault on calls that are still to come.
  func inject(_ fault: Fault) {
    core.withLock { $0.faults.add(fault) }
  }

  func handle(_ input: RuntimeState.Input) {
    core.withLock { handle(input, &$0) }
  }

  private func handle(_ input: RuntimeState.Input, _ core: inout Core) {
    for effect in core.state.handle(input, at: millisecondsSinceEpoch()) {
      switch effect {
      case .respond(let call, let response): reply(to: call, .response(response), &core)
      case .breakOff(let call): reply(to: call, .disconnect, &core)
      case .stream(let call, let key): Task { await forward(call, to: key) }
      case .finish(let key, let result): finish(key, result, &core)
      case .start(let timer, let duration):
        if case .invocation(let key) = timer { core.callers[key]?.handOut = .now }
        start(timer, for: duration, &core)
      }
    }
    if core.state.isInitOver { core.timers.removeValue(forKey: .initialization)?.cancel() }
    for (id, waiter) in core.waiters where waiter.condition(core.state) {
      core.waiters[id] = nil
      waiter.continuation.resume(returning: core.state)
    }
  }

  private func reply(to call: RuntimeState.CallID, _ reply: HTTPReply, _ core: inout Core) {
    core.streams[call] = nil
    switch core.calls[call] {
    case .owed: core.calls[call] = .replied(reply)
    case .awaited(let continuation):
      core.calls[call] = nil
      continuation.resume(returning: reply)
    case .replied, nil: break
    }
  }

  private func finish(_ key: String, _ result: InvocationResult, _ core: inout Core) {
    core.timers.removeValue(forKey: .invocation(key))?.cancel()
    guard let caller = core.callers.removeValue(forKey: key) else { return }
    var end = BrokeredInvocation(result: result, duration: caller.handOut.map { .now - $0 })
    if case .response = result, !caller.response.isEmpty { end.result = .response(caller.response) }
    caller.end.resume(returning: end)
  }

  // MARK: Streams

  /// Gives a stream on to whoever invoked, until one of its ends is gone.
  private func forward(_ call: RuntimeState.CallID, to key: String) async {
    let (request, sink) = core.withLock { ($0.streams[call], $0.callers[key]?.sink) }
    guard let request, let body = request.stream else { return }
    if let sink {
      sink.contentType = request.header("content-type")
      // Whoever hangs up need not wait for a chunk to be noticed.
      sink.chunks.whenCancelled { Task { self.handle(.abandoned(key)) } }
    }
    let limit = sink == nil ? options.maximumResponseBytes : options.maximumStreamBytes
    var size = 0
    while let item = await body.next() {
      switch item {
      case .end(.truncated): return handle(.streamEnded(call, .failure(.truncated)))
      case .end(.complete(let trailers)):
        return handle(.streamEnded(call, .success(RuntimeCall.endOfStream(trailers: trailers))))
      case .piece(let piece):
        size += piece.count
        if options.recordsExchanges { core.withLock { [size] in $0.exchanges[call - 1].bodySize = size } }
        guard size <= limit else { return handle(.streamEnded(call, .failure(.tooLarge(limit: limit)))) }
        guard await give(piece, to: key) else { return handle(.abandoned(key)) }
      }
    }
  }

  /// Whether the caller still wants it.
  private func give(_ piece: [UInt8], to key: String) async -> Bool {
    let (isWanted, sink) = core.withLock { core in
      if core.callers[key]?.sink == nil { core.callers[key]?.response += piece }
      return (core.callers[key] != nil, core.callers[key]?.sink)
    }
    return await sink?.write(piece) ?? isWanted
  }

  private func start(_ timer: RuntimeState.Timer, for duration: Duration, _ core: inout Core) {
    core.timers[timer]?.cancel()
    core.timers[timer] = Task {
      try await Task.sleep(for: duration)
      try self.core.withLock { core in
        // Checked here, under the lock: a timer that was cancelled after it rang must not be heard.
        try Task.checkCancellation()
        core.timers[timer] = nil
        handle(.elapsed(timer), &core)
      }
    }
  }
}
