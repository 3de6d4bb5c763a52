/// What the Runtime API knows of the one runtime it serves: a value that takes an input and says what is to be done.
///
/// The rules are those of <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>. Times are milliseconds
/// since the Unix epoch, which is what `Lambda-Runtime-Deadline-Ms` speaks of.
struct RuntimeState {
  let functionARN: String
  private(set) var phase = Phase.initializing
  private(set) var initError: ReportedError?
  /// First come, first served.
  private var queue: [Invocation] = []
  /// Calls of `/next` that wait for an event.
  private(set) var waiting: [CallID] = []
  /// Invocations whose callers wait no more, so that a late answer is told so.
  private var abandoned: Set<String> = []

  init(functionARN: String) {
    self.functionARN = functionARN
  }

  /// Takes an input at the time `now`, and gives what is to be done in this order.
  mutating func handle(_ input: Input, at now: Int64) -> [Effect] {
    let overdue = abandonIfOverdue(at: now)
    let effects: [Effect] =
      switch input {
      case .invoke(let invocation): invoke(invocation, at: now)
      case .call(let call, .next): next(call, at: now)
      case .call(let call, .post(let id, let result)): post(result, to: id, call)
      case .call(let call, .initError(let error)): failInit(error, call)
      case .hungUp(let call): hangUp(call)
      case .cancel(let id): abandon(id, as: .cancelled)
      case .elapsed(.invocation(let id)): abandon(id, as: .timedOut)
      case .elapsed(.initialization): phase == .initializing ? end(as: .initTimedOut) : []
      case .exited(let reason): end(as: .exited(reason))
      case .reset(let initLimit): reset(initLimit: initLimit)
      case .stop: stop()
      }
    return overdue + effects
  }

  /// How every invocation ends until a new runtime starts; nil while there is one.
  var failure: InvocationResult? {
    switch phase {
    case .initializing, .idle, .running: nil
    case .failed(let result): result
    case .stopped: .cancelled
    }
  }

  // MARK: Invocations

  private mutating func invoke(_ invocation: Invocation, at now: Int64) -> [Effect] {
    switch phase {
    case .failed(let result): return [.finish(invocation.id, result)]
    case .stopped: return [.finish(invocation.id, .cancelled)]
    case .initializing, .idle, .running:
      queue.append(invocation)
      return handOut(at: now)
    }
  }

  /// Gives the next event to whoever waits for one: if several do, all but one have lost their connection.
  private mutating func handOut(at now: Int64) -> [Effect] {
    guard phase == .idle, !waiting.isEmpty, !queue.isEmpty else { return [] }
    let invocation = queue.removeFirst()
    let deadline = now + invocation.request.timeout.milliseconds
    phase = .running(invocation, deadline: deadline)
    return respondToWaiting(.event(invocation, deadline: deadline, functionARN: functionARN))
      + [.start(.invocation(invocation.id), invocation.request.timeout)]
  }

  private mutating func abandonIfOverdue(at now: Int64) -> [Effect] {
    guard case .running(let invocation, let deadline) = phase, now >= deadline else { return [] }
    return abandon(invocation.id, as: .timedOut)
  }

  private mutating func abandon(_ id: String, as result: InvocationResult) -> [Effect] {
    if case .running(let invocation, _) = phase, invocation.id == id {
      phase = .idle
      abandoned.insert(id)
      return [.finish(id, result)]
    }
    guard let index = queue.firstIndex(where: { $0.id == id }) else { return [] }
    queue.remove(at: index)
    return [.finish(id, result)]
  }

  // MARK: The runtime's calls

  private mutating func next(_ call: CallID, at now: Int64) -> [Effect] {
    switch phase {
    case .initializing, .idle:
      phase = .idle
      waiting.append(call)
      return handOut(at: now)
    case .running(let invocation, let deadline):
      return [.respond(call, .event(invocation, deadline: deadline, functionARN: functionARN))]
    case .failed: return [.respond(call, .refused(.wrongState))]
    case .stopped: return [.respond(call, .refused(.containerError))]
    }
  }

  /// A call that waits for an event gets none any more: the event would be lost with its connection.
  private mutating func hangUp(_ call: CallID) -> [Effect] {
    guard let index = waiting.firstIndex(of: call) else { return [] }
    waiting.remove(at: index)
    return [.respond(call, .refused(.containerError))]
  }

  /// As AWS does, looks at the state first, at the request id next, and at the rest last: a post that is refused for
  /// the rest ends the invocation.
  private mutating func post(
    _ result: Result<InvocationResult, InvalidPost>, to id: String, _ call: CallID
  ) -> [Effect] {
    guard phase != .stopped else { return [.respond(call, .refused(.containerError))] }
    guard !abandoned.contains(id) else { return [.respond(call, .refused(.tooLate))] }
    guard case .running(let invocation, _) = phase else { return [.respond(call, .refused(.wrongState))] }
    guard invocation.id == id else { return [.respond(call, .refused(.unknownRequestID))] }
    phase = .idle
    return switch result {
    case .success(let result): [.respond(call, .accepted), .finish(id, result)]
    case .failure(let bad): [.respond(call, .refused(.invalidPost(bad))), .finish(id, bad.failure)]
    }
  }

  private mutating func failInit(_ error: Result<ReportedError, InvalidPost>, _ call: CallID) -> [Effect] {
    guard phase != .stopped else { return [.respond(call, .refused(.containerError))] }
    guard phase == .initializing else { return [.respond(call, .refused(.wrongState))] }
    switch error {
    case .failure(let bad): return [.respond(call, .refused(.invalidPost(bad)))]
    case .success(let error):
      initError = error
      return [.respond(call, .accepted)] + end(as: .initError(type: error.type, body: error.body))
    }
  }

  // MARK: The runtime's life

  /// The runtime is gone; what it reported before counts for more than how its process ended.
  private mutating func end(as result: InvocationResult) -> [Effect] {
    switch phase {
    case .failed, .stopped: return []
    case .initializing, .idle, .running: return close(.failed(result), as: result)
    }
  }

  private mutating func stop() -> [Effect] {
    close(.stopped, as: .cancelled)
  }

  private mutating func reset(initLimit: Duration?) -> [Effect] {
    guard phase != .stopped else { return [] }
    initError = nil
    let ended = closeRunning(.initializing, as: .cancelled)
    return ended + (initLimit.map { [.start(.initialization, $0)] } ?? [])
  }

  private mutating func close(_ phase: Phase, as result: InvocationResult) -> [Effect] {
    let queued = queue.map { Effect.finish($0.id, result) }
    queue = []
    return closeRunning(phase, as: result) + queued
  }

  private mutating func closeRunning(_ phase: Phase, as result: InvocationResult) -> [Effect] {
    defer { self.phase = phase }
    guard case .running(let invocation, _) = self.phase else { return respondToWaiting(.refused(.containerError)) }
    return [.finish(invocation.id, result)]
  }

  private mutating func respondToWaiting(_ response: HTTPResponse) -> [Effect] {
    defer { waiting = [] }
    return waiting.map { .respond($0, response) }
  }
}

/// An invocation that waits or runs.
struct Invocation: Sendable, Equatable {
  let id: String
  let request: InvocationRequest
}

extension RuntimeState {
  /// Names a call whose response is owed.
  typealias CallID = Int

  enum Phase: Equatable {
    /// Until the runtime asks for its first event.
    case initializing
    /// Between a response and the next event.
    case idle
    case running(Invocation, deadline: Int64)
    /// The runtime is gone; every invocation ends like this until a new one is about to start.
    case failed(InvocationResult)
    case stopped
  }

  enum Timer: Hashable {
    case initialization
    case invocation(String)
  }

  enum Input {
    case invoke(Invocation)
    case call(CallID, RuntimeCall)
    /// Whoever called waits no more.
    case hungUp(CallID)
    case cancel(String)
    case elapsed(Timer)
    case exited(String)
    /// A new runtime is about to start, and has so long to ask for its first event; nil: for ever.
    case reset(initLimit: Duration?)
    case stop
  }

  enum Effect: Equatable {
    case respond(CallID, HTTPResponse)
    case finish(String, InvocationResult)
    /// Anew, if it runs already.
    case start(Timer, Duration)
  }
}
