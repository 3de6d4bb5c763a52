import LambdaEvents
public import LambdaRuntime
import Logging
import Postgres
import Synchronization

/// Tells of each sign-up, once, what came of it: a metric, and where it failed the one line `sign-up failed`.
///
/// That is when its invocation is over, because only then is it known what the caller was told: of a handler that did not
/// heed its deadline, it is not what the handler says. Observe the runtime with this before ``Metrics``, which write
/// down what there is at that moment.
public final class SignUpObserver: RuntimeObserver {
  /// A sign-up that goes on.
  typealias Ticket = Int

  private struct Running {
    let ticket: Ticket
    let context: InvocationContext
    let event: Unread<PostConfirmation>
    var result: Result<Users.Addition, any Error>?
  }

  private struct State {
    /// As many as there are workers, at the most.
    var running: [Running] = []
    var lastTicket = 0
  }

  private let state = Mutex(State())
  private let metrics: Metrics?

  /// Makes an observer, which has `metrics` count the sign-ups.
  public init(metrics: Metrics? = nil) {
    self.metrics = metrics
  }

  func signUpBegan(_ event: Unread<PostConfirmation>, _ context: InvocationContext) -> Ticket {
    state.withLock { state in
      state.lastTicket += 1
      state.running.append(Running(ticket: state.lastTicket, context: context, event: event))
      return state.lastTicket
    }
  }

  /// Notes what the handler says. Nobody asks any more once its invocation is over.
  func signUpEnded(_ ticket: Ticket, _ result: Result<Users.Addition, any Error>) {
    state.withLock { state in
      guard let index = state.running.firstIndex(where: { $0.ticket == ticket }) else { return }
      state.running[index].result = result
    }
  }

  /// Tells what came of a sign-up, if the invocation was one.
  public func invocationEnded(_ report: InvocationReport) {
    let context = report.context
    let signUp = state.withLock { state in
      // A request id may be that of several at once: a caller may choose it, and Cognito may come again.
      state.running.firstIndex {
        $0.context.receivedAt == context.receivedAt && $0.context.requestID == context.requestID
      }.map { state.running.remove(at: $0) }
    }
    guard let signUp else { return }
    let id = context.requestID
    guard let type = report.errorType else {
      if case .success(let addition)? = signUp.result { metrics?.signUpEnded(addition, id) }
      return
    }
    var failure = FailureRecord(type, sub: signUp.event.sub, elapsed: report.handler)
    if case .failure(let error)? = signUp.result { failure.add(error) }
    context.logger.error("sign-up failed", metadata: failure.metadata)
    metrics?.signUpFailed(type, id)
  }
}

/// What the log has of a user who got no row, each value under a name of its own.
struct FailureRecord {
  private(set) var metadata: Logger.Metadata

  /// Makes the record of a failure that was told so long after the event came.
  init(_ type: ErrorType, sub: String?, elapsed: Duration) {
    metadata = [
      LambdaLogHandler.errorTypeKey: "\(type)", "elapsedMs": "\(Int(elapsed / .milliseconds(1)))",
    ]
    if let sub { metadata["sub"] = "\(sub)" }
  }

  /// Adds what the error knows: how often the database was tried, and what it said.
  mutating func add(_ error: any Error) {
    let cause = (error as? DatabaseFailure)?.cause
    metadata["tries"] = "\(cause?.attempts ?? 0)"
    if let state = cause?.sqlState { metadata["sqlState"] = "\(state)" }
  }
}
