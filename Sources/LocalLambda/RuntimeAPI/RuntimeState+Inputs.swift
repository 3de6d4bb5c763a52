/// An invocation that waits or runs.
struct Invocation: Sendable, Equatable {
  /// Names it here: of its request id there may be two.
  let key: String
  let requestID: String
  let request: InvocationRequest
}

/// An invocation that was handed out.
struct Running: Equatable {
  let invocation: Invocation
  let deadline: Int64
  /// What `Lambda-Runtime-Invocation-Id` said at its last hand-out; nil where that is not sent.
  var invocationID: String?
  /// The call that brings its response, as a stream.
  var stream: RuntimeState.CallID?

  /// What becomes of the call that brings the response when the invocation is over before it.
  func endOfStream(refusing refusal: Refusal, breakingOff: Bool) -> [RuntimeState.Effect] {
    guard let stream else { return [] }
    return [breakingOff ? .breakOff(stream) : .respond(stream, .refused(refusal))]
  }
}

extension RuntimeState {
  /// What differs from one Runtime API to another.
  struct Rules: Sendable {
    var functionARN: String
    /// What the function's configuration calls its handler, which extensions are told.
    var handler = "bootstrap"
    /// Whether a snapshot may be taken of the runtime.
    var isSnapStart = false
    /// Whether somebody else starts the runtimes, one after the other, and ends them as they like.
    var isAttached = false
    /// Of Managed Instances, how many invocations run at once; nil on demand, where it is one.
    var maximumConcurrency: Int?
    /// A new value of `Lambda-Runtime-Invocation-Id`, given how often an event was handed out; nil sends none.
    var invocationID: @Sendable (Int) -> String? = { _ in .randomUUID() }
  }

  /// Names a call whose response is owed.
  typealias CallID = Int

  enum Phase: Equatable {
    /// Until the runtime, and with it its extensions, ask for their first event.
    case initializing
    /// From then on.
    case ready
    /// The runtime is gone; every invocation ends like this until a new one is about to start.
    case failed(InvocationResult)
    case stopped
  }

  /// What has come of a snapshot.
  enum Snapshot: Equatable {
    case none
    /// The runtime waits in it, with this call.
    case held(CallID)
    case restored
  }

  enum Timer: Hashable {
    case initialization
    /// Of the invocation of this key.
    case invocation(String)
  }

  enum Input {
    case invoke(Invocation)
    case call(CallID, RuntimeCall)
    case extensionCall(CallID, ExtensionCall)
    /// Whoever called waits no more.
    case hungUp(CallID)
    /// By its key.
    case cancel(String)
    /// Whoever was to have the response of the invocation of this key as a stream has hung up.
    case abandoned(String)
    /// The body of a call that brings a stream has ended.
    case streamEnded(CallID, Result<InvocationResult, InvalidPost>)
    case elapsed(Timer)
    case exited(String)
    /// The runtime that waits in a snapshot goes on, and has so long to ask for its first event; nil: for ever.
    case restore(limit: Duration?)
    /// A new runtime is about to start, and has so long to ask for its first event; nil: for ever.
    case reset(initLimit: Duration?)
    case stop
  }

  enum Effect: Equatable {
    case respond(CallID, HTTPResponse)
    /// The call's body goes on to whoever invoked, by the invocation's key.
    case stream(CallID, String)
    /// The call's connection is closed, so that the runtime sees that nobody wants the rest.
    case breakOff(CallID)
    /// The invocation of this key.
    case finish(String, InvocationResult)
    /// Anew, if it runs already.
    case start(Timer, Duration)
  }
}
