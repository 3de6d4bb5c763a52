/// How far the server's answers to what was sent have come: the part of an execution that is a value, beside the I/O.
///
/// What the server has to say goes in, result by result, as
/// [PQgetResult](https://www.postgresql.org/docs/current/libpq-async.html#LIBPQ-PQGETRESULT) hands it over; what comes out
/// is what to do with it.
struct ExecutionState {
  /// What was sent, and so how the end of the answers is told.
  enum Form {
    /// A statement, or a script of several: PQgetResult returns a null pointer behind their results.
    case single
    /// So many requests and a Sync, in libpq's
    /// [pipeline mode](https://www.postgresql.org/docs/current/libpq-pipeline-mode.html): there is a null pointer behind
    /// the results of each, and a result of its own for the Sync. The server skips all that follows one that fails.
    case pipeline(count: Int)
  }

  /// What a statement may be besides one that returns rows.
  enum Copying {
    case none
    case toServer
    case fromServer
  }

  /// What PQgetResult has returned.
  enum Answer {
    /// A statement was executed, or prepared.
    case success
    /// Some of a statement's rows, and there may be more.
    case part
    case failure
    /// A request that is skipped because one before it has failed.
    case skipped
    case copy(Copying)
    /// The Sync of a pipeline.
    case synchronized
    /// A null pointer.
    case end
  }

  /// What to do next.
  enum Step: Equatable {
    /// Ask for the next answer.
    case proceed
    /// Keep the result: it is that of the request with this number.
    case keep(request: Int)
    /// Keep the error: it is what failed first, and all else follows from it.
    case keepFailure
    /// Hand the rows over.
    case handOver
    /// Send or receive the data of a COPY, then ask for the next answer.
    case copy
    /// All is answered.
    case finish
    /// The server has left the protocol, or wants what nobody here does: the connection is of no more use.
    case abandon(PostgresError.Reason)
  }

  private let form: Form
  private let copying: Copying
  /// Whether the data of the COPY were sent or received.
  private var hasCopied = false
  /// The number of the request whose answers come now.
  private var request = 0
  /// Whether the null pointer has come that is behind a failure of the commit.
  private var hasEndedAtSync = false
  /// How many statements were executed.
  private(set) var completed = 0
  /// The request that failed first; the number of requests where none of them has failed, but the commit of them all.
  private(set) var failedRequest: Int?

  init(_ form: Form = .single, copying: Copying = .none) {
    self.form = form
    self.copying = copying
  }

  mutating func receive(_ answer: Answer) -> Step {
    switch answer {
    case .success:
      completed += 1
      return .keep(request: request)
    case .part: return .handOver
    case .failure:
      guard failedRequest == nil else { return .proceed }
      failedRequest = request
      return .keepFailure
    case .skipped: return .proceed
    case .copy(let direction):
      guard direction != .none, direction == copying else { return .abandon(.unsupported) }
      // A second one would have the body do its work twice.
      guard !hasCopied else { return .abandon(.protocolViolation) }
      hasCopied = true
      return .copy
    case .end: return end()
    case .synchronized: return synchronize()
    }
  }

  private mutating func end() -> Step {
    guard case .pipeline(let count) = form else { return .finish }
    if request < count {
      request += 1
      return .proceed
    }
    // What fails at the Sync, where the server commits, has a null pointer of its own behind it. Where that has ended the
    // session, there are null pointers for ever.
    guard failedRequest == count, !hasEndedAtSync else { return .abandon(.protocolViolation) }
    hasEndedAtSync = true
    return .proceed
  }

  private func synchronize() -> Step {
    guard case .pipeline(let count) = form, request == count else { return .abandon(.protocolViolation) }
    return .finish
  }
}
