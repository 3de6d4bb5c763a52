import Logging
import Synchronization

/// Asks for an event, has it handled, sends what came of it; and again, until there is no point in going on.
///
/// It belongs to its thread, and with it all that it has, handlers included. Only ``interrupt()``, and the task that is
/// cancelled, are for others, which is what makes it Sendable.
final class Worker: @unchecked Sendable {
  private let number: Int
  private let runtime: Runtime
  private let supervisor: Supervisor
  private let executor = WorkerExecutor()
  private let client: RuntimeClient
  private var trace = TraceEnvironment()
  /// The invocation that is running.
  private var task: Task<Void, Never>?
  private var isInvocationOver = false
  /// Whether somebody else has answered in the handler's place.
  private var isAbandoned = false
  /// The response that is being written, if it is a stream.
  private var stream: OpenStream?
  /// Why there is no point in going on, once that is known.
  private var failure: ExitReason?

  init(_ number: Int, of runtime: Runtime, _ supervisor: Supervisor) throws(TransportError) {
    self.number = number
    self.runtime = runtime
    self.supervisor = supervisor
    client = try RuntimeClient(
      endpoint: runtime.endpoint, logger: runtime.logger, isConcurrent: runtime.isConcurrent)
  }

  /// Runs until Lambda stops answering, or somebody says that there is to be an end.
  ///
  /// - Returns: Why it gave up; nil where it was told to.
  func run() -> ExitReason? {
    do throws(ExitReason) {
      while let next = try client.next() {
        switch next {
        case .invocation(let invocation):
          guard try handle(invocation) else { return nil }
        case .tooLarge(let context):
          try refuse(context)
        }
      }
      return nil
    } catch {
      return error
    }
  }

  /// Makes ``run()`` return when it waits for an event. From any thread.
  func interrupt() {
    client.interrupt()
  }

  /// Breaks its connection off. From any thread.
  func disconnect() {
    client.http.disconnect()
  }

  /// Answers an event that no handler gets.
  private func refuse(_ context: InvocationContext) throws(ExitReason) {
    var report = InvocationReport(context: context, initialization: supervisor.takeInitialization())
    for observer in runtime.observers { observer.invocationBegan(context) }
    send(.eventTooLarge, &report)
    conclude(report)
    if let failure { throw failure }
  }

  /// Has an event handled in a task of its own, on this thread.
  ///
  /// - Returns: Whether another event is to follow.
  private func handle(_ invocation: Invocation) throws(ExitReason) -> Bool {
    let context = invocation.context
    if runtime.exportsTrace { trace.set(context.traceID) }
    CrashReporter.note(context.requestID)
    isInvocationOver = false
    isAbandoned = false
    let report = InvocationReport(context: context, initialization: supervisor.takeInitialization())
    let task = Task(executorPreference: executor) {
      await InvocationContext.$current.withValue(context) { await self.run(invocation, report) }
      self.isInvocationOver = true
    }
    guard supervisor.begin(report, of: number, task) else { return false }
    self.task = task
    executor.run { isInvocationOver }
    self.task = nil
    CrashReporter.note(nil)
    let goesOn = supervisor.end(of: number)
    if let failure { throw failure }
    return goesOn
  }

  private func run(_ invocation: Invocation, _ report: InvocationReport) async {
    var report = report
    for observer in runtime.observers { observer.invocationBegan(report.context) }
    do {
      let response = try await runtime.handler.handle(invocation)
      switch response.body {
      case .bytes(let bytes): respond(with: bytes, &report)
      case .stream(let contentType, let stream): await respond(with: stream, contentType, &report)
      }
      if let work = response.afterwards, failure == nil, report.errorType == nil, !isAbandoned {
        await runAfterwards(work, &report)
      }
    } catch {
      respond(with: error, &report)
    }
    // Whoever has answered in its place has told the observers, too.
    if !isAbandoned { conclude(report) }
  }

  /// Notes that the handler is done, and says whether it was in time.
  private func finish() -> SupervisorState.Verdict {
    let verdict = supervisor.finish(of: number)
    isAbandoned = verdict == .abandoned
    return verdict
  }

  // MARK: Responses

  private func respond(with bytes: [UInt8], _ report: inout InvocationReport) {
    report.handler = .now - report.context.receivedAt
    guard finish() != .abandoned else { return }
    guard bytes.count <= Invocation.maximumLength else { return send(.responseTooLarge(bytes.count), &report) }
    let start = ContinuousClock.now
    do throws(ExitReason) {
      try client.send(bytes, of: report.context)
    } catch {
      failure = error
    }
    report.sending = .now - start
  }

  private func respond(with error: any Error, _ report: inout InvocationReport) {
    report.handler = .now - report.context.receivedAt
    let errorReport = ErrorReport(error)
    switch finish() {
    case .inTime: send(errorReport, &report)
    case .cancelled:
      // What a cancelled handler throws is mostly that; if it is not, the log has it.
      errorReport.log(to: report.context.logger, .warning)
      send(.deadlineExceeded, &report)
    case .abandoned: break
    }
  }

  private func send(_ error: ErrorReport, _ report: inout InvocationReport) {
    report.errorType = error.type
    error.log(to: report.context.logger)
    let start = ContinuousClock.now
    do throws(ExitReason) {
      try client.send(error, of: report.context)
    } catch {
      failure = error
    }
    report.sending = .now - start
  }

  // MARK: Streams

  /// Sends a stream while it is written. Where the handler waits for something else meanwhile, the thread waits for whoever
  /// reads to go away as well, which cancels the handler.
  private func respond(
    with stream: Response.Stream, _ contentType: String, _ report: inout InvocationReport
  ) async {
    guard contentType.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else {
      return respond(with: StreamError.contentType, &report)
    }
    // It may have been given up before it had a stream.
    guard finish() != .abandoned else { return }
    let context = report.context
    supervisor.goOn(of: number, .begun)
    client.beginStream(contentType: contentType, of: context)
    let open = OpenStream()
    self.stream = open
    executor.wait(in: waitForReader) { [client = client.http] in client.wakeUp() }
    var broken: ErrorReport?
    do {
      try await stream(ResponseWriter { try await self.write($0, to: open) })
    } catch {
      broken = ErrorReport(error)
    }
    executor.waitForJobs()
    open.isOpen.store(false, ordering: .releasing)
    self.stream = nil
    report.handler = .now - context.receivedAt
    let verdict = finish()
    guard verdict != .abandoned else { return }
    if client.hasStreamRest { broken = broken ?? ErrorReport(CancellationError()) }
    if client.isStreamOver {
      broken = ErrorReport(StreamError.closed)
    } else if verdict == .cancelled, let error = broken {
      error.log(to: context.logger, .warning)
      broken = .deadlineExceeded
    }
    broken?.log(to: context.logger)
    report.errorType = broken?.type
    do throws(ExitReason) {
      try client.endStream(broken, of: context)
    } catch {
      failure = error
    }
  }

  /// Takes some of a stream's bytes, from whatever thread, and sends them on this worker's.
  private func write(_ bytes: [UInt8], to stream: OpenStream) async throws {
    // The thread may be gone by now, and then nothing comes back from there.
    guard stream.isOpen.load(ordering: .acquiring) else { throw StreamError.closed }
    try await withTaskExecutorPreference(executor) {
      try await withTaskCancellationHandler {
        try self.send(bytes, to: stream)
      } onCancel: { [client = client.http] in
        client.wakeUp()
      }
    }
  }

  private func send(_ bytes: [UInt8], to stream: OpenStream) throws {
    guard self.stream === stream else { throw StreamError.closed }
    try Task.checkCancellation()
    stream.length += bytes.count
    guard stream.length <= runtime.maximumStreamLength else { throw StreamError.tooLong }
    guard client.sendPiece(bytes, while: { !Task.isCancelled }) else { throw StreamError.closed }
    try Task.checkCancellation()
  }

  private func waitForReader() {
    client.waitForStream()
    guard client.isStreamOver else { return }
    // A handler that does not heed it is waited for as any other.
    executor.waitForJobs()
    task?.cancel()
  }

  // MARK: The end

  /// Does what a handler has left for after its response.
  private func runAfterwards(_ work: @Sendable () async throws -> Void, _ report: inout InvocationReport) async {
    supervisor.goOn(of: number, .sent)
    let start = ContinuousClock.now
    do {
      try await work()
    } catch {
      ErrorReport(error).log(to: report.context.logger)
    }
    report.afterwards = .now - start
    _ = finish()
  }

  private func conclude(_ report: InvocationReport) {
    if report.context.logs(.debug) {
      report.context.logger.debug("invocation over", metadata: report.metadata)
    }
    for observer in runtime.observers { observer.invocationEnded(report) }
  }
}

/// A response that is being written. The worker's thread alone changes its length.
private final class OpenStream: @unchecked Sendable {
  let isOpen = Atomic(true)
  var length = 0
}

extension InvocationReport {
  /// For the log: durations in milliseconds.
  fileprivate var metadata: Logger.Metadata {
    let durations = [
      "initMs": initialization, "handlerMs": handler, "sendMs": sending, "afterwardsMs": afterwards,
    ]
    var metadata = durations.compactMapValues { $0.map { .string($0.millisecondsText) } } as Logger.Metadata
    if let errorType { metadata[LambdaLogHandler.errorTypeKey] = .string(errorType.rawValue) }
    return metadata
  }
}

extension Duration {
  /// Milliseconds with three decimals, for the log.
  package var millisecondsText: String {
    let microseconds = Int64(self / .microseconds(1))
    let decimals = String(microseconds % 1_000 + 1_000).dropFirst()
    return "\(microseconds / 1_000).\(decimals)"
  }
}
