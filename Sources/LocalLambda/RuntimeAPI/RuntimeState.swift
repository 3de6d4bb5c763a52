/// What the Runtime API knows of the one runtime it serves: a value that takes an input and says what is to be done.
///
/// The rules are those of <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>. Times are milliseconds
/// since the Unix epoch, which is what `Lambda-Runtime-Deadline-Ms` speaks of.
struct RuntimeState {
  let rules: Rules
  private(set) var phase = Phase.initializing
  private(set) var initError: ReportedError?
  /// Those that were handed out and not responded to, in the order of their hand-out.
  private(set) var running: [Running] = []
  /// First come, first served.
  private var queue: [Invocation] = []
  /// Calls of `/next` that wait for an event.
  private(set) var waiting: [CallID] = []
  private var handOuts = 0
  private(set) var extensions = ExtensionRegistry()
  /// Whether the runtime has asked for an event, which ends its own init.
  private var hasAsked = false
  private var snapshot = Snapshot.none
  /// Request ids whose callers wait no more, and the invocation ids of hand-outs that are over without a response, so that
  /// a late one is told so.
  private var abandoned: Set<String> = []
  private var stale: Set<String> = []
  /// Of several workers, those that are still at an invocation that is over for its caller.
  private var late: [Running] = []

  init(rules: Rules) {
    self.rules = rules
  }

  /// Takes an input at the time `now`, and gives what is to be done in this order.
  mutating func handle(_ input: Input, at now: Int64) -> [Effect] {
    let overdue = running.filter { now >= $0.deadline }.flatMap { abandon($0.invocation.key, as: .timedOut) }
    let effects: [Effect] =
      switch input {
      case .invoke(let invocation): invoke(invocation, at: now)
      case .call(let call, .next): next(call, at: now)
      case .call(let call, .post(let id, let invocationID, let result)): post(result, to: id, invocationID, call)
      case .call(let call, .stream(let id, let invocationID)): beginStream(of: id, invocationID, call)
      case .streamEnded(let call, let result): endStream(call, result)
      case .abandoned(let key): abandon(key, as: isStreaming(key) ? .abandoned : .cancelled)
      case .call(let call, .initError(let error)): failInit(error, call)
      case .extensionCall(let call, let what): serve(what, call, at: now)
      case .call(let call, .restoreNext): snapshot(call)
      case .call(let call, .restoreError(let error)): failRestore(error, call)
      case .restore(let limit): restore(limit: limit)
      case .hungUp(let call): hangUp(call)
      case .cancel(let key): abandon(key, as: .cancelled)
      case .elapsed(.invocation(let key)): abandon(key, as: .timedOut)
      case .elapsed(.initialization): isInitOver ? [] : end(as: .initTimedOut)
      case .exited(let reason): end(as: .exited(reason))
      case .reset(let initLimit): reset(initLimit: initLimit)
      case .stop: stop()
      }
    return overdue + effects
  }

  /// How every invocation ends until a new runtime starts; nil while there is one.
  var failure: InvocationResult? {
    switch phase {
    case .initializing, .ready: nil
    case .failed(let result): result
    case .stopped: .cancelled
    }
  }

  /// Whether the runtime has done what it has to do before it is given an event, or before a snapshot of it is taken.
  var isInitOver: Bool { phase != .initializing || holdsSnapshot }

  /// Whether the runtime waits for an event, and its extensions do.
  var asksForEvent: Bool { !waiting.isEmpty && extensions.areReady }

  /// Whether the runtime waits in a snapshot.
  var holdsSnapshot: Bool {
    if case .held = snapshot { true } else { false }
  }

  // MARK: Invocations

  private mutating func invoke(_ invocation: Invocation, at now: Int64) -> [Effect] {
    switch phase {
    case .failed(let result): return [.finish(invocation.key, result)]
    case .stopped: return [.finish(invocation.key, .cancelled)]
    case .initializing, .ready:
      // Only Managed Instances turn somebody away; on demand, it is for others to start one more environment.
      if let workers = rules.maximumConcurrency, queue.count + busyWorkers >= workers {
        return [.finish(invocation.key, .throttled)]
      }
      queue.append(invocation)
      return handOut(at: now)
    }
  }

  private var busyWorkers: Int { running.count + late.count }

  private mutating func handOut(at now: Int64) -> [Effect] {
    var effects: [Effect] = []
    while phase == .ready, asksForEvent, !queue.isEmpty,
      running.count < rules.maximumConcurrency ?? 1
    {
      let invocation = queue.removeFirst()
      abandoned.remove(invocation.requestID)
      running.append(Running(invocation: invocation, deadline: now + invocation.request.timeout.milliseconds))
      // Of several calls on demand all but one have lost their connection, so each gets the event, as if it asked again.
      let calls = rules.maximumConcurrency == nil ? waiting : [waiting[0]]
      waiting.removeFirst(calls.count)
      effects += calls.map { .respond($0, event(ofRunning: running.count - 1)) }
      effects.append(.start(.invocation(invocation.key), invocation.request.timeout))
      effects += extensions.begin(running[running.count - 1], functionARN: rules.functionARN)
    }
    return effects
  }

  /// The event of a running invocation, under an invocation id of its own: one that was handed out before is stale.
  private mutating func event(ofRunning index: Int) -> HTTPResponse {
    handOuts += 1
    if let earlier = running[index].invocationID { stale.insert(earlier) }
    running[index].invocationID = rules.invocationID(handOuts)
    return .event(running[index], functionARN: rules.functionARN)
  }

  private func isStreaming(_ key: String) -> Bool {
    running.contains { $0.invocation.key == key && $0.stream != nil }
  }

  private mutating func abandon(_ key: String, as result: InvocationResult) -> [Effect] {
    if let index = running.firstIndex(where: { $0.invocation.key == key }) {
      let over = running.remove(at: index)
      abandoned.insert(over.invocation.requestID)
      if let invocationID = over.invocationID { stale.insert(invocationID) }
      if rules.maximumConcurrency != nil { late.append(over) }
      return over.endOfStream(refusing: .tooLate, breakingOff: result != .timedOut) + [.finish(key, result)]
    }
    guard let index = queue.firstIndex(where: { $0.key == key }) else { return [] }
    queue.remove(at: index)
    return [.finish(key, result)]
  }

  // MARK: The runtime's calls

  private mutating func next(_ call: CallID, at now: Int64) -> [Effect] {
    switch phase {
    case .failed: return [.respond(call, .refused(.wrongState))]
    case .stopped: return [.respond(call, .refused(.containerError))]
    case .initializing where holdsSnapshot: return [.respond(call, .refused(.wrongState))]
    case .initializing, .ready: hasAsked = true
    }
    beginIfReady()
    if let workers = rules.maximumConcurrency {
      // A worker that asks for an event is not at its last one any more.
      if waiting.count + busyWorkers >= workers, !late.isEmpty { late.removeFirst() }
      guard waiting.count + busyWorkers < workers else { return [.respond(call, .refused(.wrongState))] }
    } else if running.contains(where: { $0.stream != nil }) {
      return [.respond(call, .refused(.wrongState))]
    } else if !running.isEmpty {
      return [.respond(call, event(ofRunning: 0))]
    }
    waiting.append(call)
    return handOut(at: now)
  }

  /// Init is over when the runtime and all its extensions have asked for an event.
  private mutating func beginIfReady() {
    if phase == .initializing, hasAsked, extensions.areReady { phase = .ready }
  }

  /// A call that waits for an event gets none any more: the event would be lost with its connection.
  private mutating func hangUp(_ call: CallID) -> [Effect] {
    if snapshot == .held(call) {
      snapshot = .none
      return [.respond(call, .refused(.containerError))]
    }
    if let index = waiting.firstIndex(of: call) {
      waiting.remove(at: index)
      return [.respond(call, .refused(.containerError))] + endAttached()
    }
    guard let effects = extensions.hangUp(call) else { return [] }
    return effects + endAttached()
  }

  /// A runtime that was attached is gone, as its connection shows.
  private mutating func endAttached() -> [Effect] {
    rules.isAttached ? end(as: .exited("was ended")) : []
  }

  /// As AWS does, looks at the state first, at the ids next, and at the rest last: a post that is refused for the rest
  /// ends the invocation.
  private mutating func post(
    _ result: Result<InvocationResult, InvalidPost>, to id: String, _ invocationID: String?, _ call: CallID
  ) -> [Effect] {
    let index: Int
    do throws(Refusal) { index = try self.index(ofRunning: id, invocationID) } catch {
      return [.respond(call, .refused(error))]
    }
    return end(running.remove(at: index).invocation.key, with: result, call)
  }

  /// Which invocation a post is for. A runtime that sends no invocation id back is taken at its request id's word.
  private mutating func index(ofRunning id: String, _ invocationID: String?) throws(Refusal) -> Int {
    guard phase != .stopped else { throw .containerError }
    let sameRequestID = running.indices.filter { running[$0].invocation.requestID == id }
    if let invocationID {
      if let index = sameRequestID.first(where: { running[$0].invocationID == invocationID }) {
        return try unlessStreaming(index)
      }
      guard stale.contains(invocationID) || !sameRequestID.isEmpty || abandoned.contains(id) else {
        throw running.isEmpty ? .wrongState : .unknownRequestID
      }
      late.removeAll { $0.invocationID == invocationID }
      throw .staleInvocationID
    }
    if let index = sameRequestID.first { return try unlessStreaming(index) }
    guard abandoned.contains(id) else { throw running.isEmpty ? .wrongState : .unknownRequestID }
    if let index = late.firstIndex(where: { $0.invocation.requestID == id }) { late.remove(at: index) }
    throw .tooLate
  }

  /// A response that has begun can neither begin again nor be an error.
  private func unlessStreaming(_ index: Int) throws(Refusal) -> Int {
    guard running[index].stream == nil else { throw .wrongState }
    return index
  }

  /// Takes a stream, or refuses it before it has come.
  private mutating func beginStream(of id: String, _ invocationID: String?, _ call: CallID) -> [Effect] {
    do throws(Refusal) {
      let index = try index(ofRunning: id, invocationID)
      running[index].stream = call
      return [.stream(call, running[index].invocation.key)]
    } catch {
      return [.respond(call, .refused(error))]
    }
  }

  /// A stream that was broken off in the meantime has ended before.
  private mutating func endStream(_ call: CallID, _ result: Result<InvocationResult, InvalidPost>) -> [Effect] {
    guard let index = running.firstIndex(where: { $0.stream == call }) else { return [] }
    return end(running.remove(at: index).invocation.key, with: result, call)
  }

  private func end(
    _ key: String, with result: Result<InvocationResult, InvalidPost>, _ call: CallID
  ) -> [Effect] {
    switch result {
    case .success(let result): [.respond(call, .accepted), .finish(key, result)]
    case .failure(let invalid): [.respond(call, .refused(.invalidPost(invalid))), .finish(key, invalid.failure)]
    }
  }

  private mutating func failInit(_ error: Result<ReportedError, InvalidPost>, _ call: CallID) -> [Effect] {
    fail(error, call, isInTime: phase == .initializing && !hasAsked && snapshot == .none)
  }

  /// Ends the runtime with an error that it reports before its first event, if it may at this time.
  private mutating func fail(
    _ error: Result<ReportedError, InvalidPost>, _ call: CallID, isInTime: Bool
  ) -> [Effect] {
    guard phase != .stopped else { return [.respond(call, .refused(.containerError))] }
    guard isInTime else { return [.respond(call, .refused(.wrongState))] }
    switch error {
    case .failure(let invalid): return [.respond(call, .refused(.invalidPost(invalid)))]
    case .success(let error):
      initError = error
      return [.respond(call, .accepted)] + end(as: .initError(type: error.type, body: error.body))
    }
  }

  // MARK: Snapshots

  /// The runtime waits to be restored, once, and before its first event.
  private mutating func snapshot(_ call: CallID) -> [Effect] {
    guard phase != .stopped else { return [.respond(call, .refused(.containerError))] }
    guard rules.isSnapStart, phase == .initializing, !hasAsked, snapshot == .none else {
      return [.respond(call, .refused(.wrongState))]
    }
    snapshot = .held(call)
    return []
  }

  private mutating func restore(limit: Duration?) -> [Effect] {
    guard case .held(let call) = snapshot else { return [] }
    snapshot = .restored
    // Somebody may be at a breakpoint of an attached one, for as long as they like.
    let limit = rules.isAttached ? nil : limit
    return [.respond(call, HTTPResponse(status: 200))] + (limit.map { [.start(.initialization, $0)] } ?? [])
  }

  private mutating func failRestore(_ error: Result<ReportedError, InvalidPost>, _ call: CallID) -> [Effect] {
    fail(error, call, isInTime: phase == .initializing && !hasAsked && snapshot == .restored)
  }

  // MARK: Extensions

  /// Serves a call of an extension.
  private mutating func serve(_ what: ExtensionCall, _ call: CallID, at now: Int64) -> [Effect] {
    guard failure == nil else {
      return [.respond(call, .refused(phase == .stopped ? .containerError : .wrongState))]
    }
    var ended: [Effect] = []
    do throws(Refusal) {
      switch what {
      case .register(let registration):
        // A runtime registers an extension once: this is the next, and the one before left nothing else to know it by.
        if rules.isAttached, extensions.contains(registration.name) { ended = end(as: .exited("was ended")) }
        let isOpen = phase == .initializing && !hasAsked && snapshot == .none
        return ended + [.respond(call, try extensions.register(registration, isOpen: isOpen, rules))]
      case .next(let identifier):
        let effects = try extensions.next(identifier, call)
        beginIfReady()
        return effects + handOut(at: now)
      case .error(let error):
        let name = try extensions.reporter(error)
        let type = error.type ?? ""
        return [.respond(call, .accepted)]
          + end(
            as: error.isInit
              ? .initError(type: type, body: error.body)
              : .exited("was ended because its extension \(name) reported \(type)"))
      }
    } catch {
      return ended + [.respond(call, .refused(error))]
    }
  }

  // MARK: The runtime's life

  /// The runtime is gone; what it reported before counts for more than how its process ended.
  private mutating func end(as result: InvocationResult) -> [Effect] {
    guard failure == nil else { return [] }
    return rules.isAttached ? detach(as: result) : close(.failed(result), as: result)
  }

  /// What an attached runtime was at has failed, and what waits is for the next: whoever has started it reads its log, and
  /// starts it again.
  private mutating func detach(as result: InvocationResult) -> [Effect] {
    (initError, hasAsked) = (nil, false)
    let ended = closeRunning(.initializing, as: result)
    extensions = ExtensionRegistry()
    return ended
  }

  private mutating func stop() -> [Effect] {
    close(.stopped, as: .cancelled)
  }

  private mutating func reset(initLimit: Duration?) -> [Effect] {
    guard phase != .stopped else { return [] }
    initError = nil
    let ended = closeRunning(.initializing, as: .cancelled)
    (extensions, hasAsked) = (ExtensionRegistry(), false)
    return ended + (initLimit.map { [.start(.initialization, $0)] } ?? [])
  }

  private mutating func close(_ phase: Phase, as result: InvocationResult) -> [Effect] {
    let queued = queue.map { Effect.finish($0.key, result) }
    queue = []
    return closeRunning(phase, as: result) + queued
  }

  private mutating func closeRunning(_ phase: Phase, as result: InvocationResult) -> [Effect] {
    let ended =
      waiting.map { Effect.respond($0, .refused(.containerError)) }
      + running.flatMap {
        $0.endOfStream(refusing: .containerError, breakingOff: false) + [.finish($0.invocation.key, result)]
      }
    let held: [Effect] = if case .held(let call) = snapshot { [.respond(call, .refused(.containerError))] } else { [] }
    (waiting, running, late, snapshot) = ([], [], [], .none)
    self.phase = phase
    return ended + held + extensions.close()
  }
}
