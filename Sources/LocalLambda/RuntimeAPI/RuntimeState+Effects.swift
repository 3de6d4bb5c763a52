/// An invocation that waits or runs.
struct Invocation: Sendable, Equatable {
  let id: String
  let request: InvocationRequest
}

extension RuntimeState {
  /// Names a call whose answer is owed.
  typealias CallID = Int

  enum Phase: Equatable {
    /// Until the runtime asks for its first event.
    case initializing
    /// Between an answer and the next event.
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
    case answer(CallID, Answer)
    case finish(String, InvocationResult)
    /// Anew, if it runs already.
    case start(Timer, Duration)
  }
}
