import Logging
import Synchronization

@testable import LambdaRuntime

/// A runtime that handles events, watched from a thread of its own, with its log.
struct RunningWorker {
  private let ended: AsyncStream<Runtime.End>
  private let alarm = Alarm()
  let log: Log

  /// `change` may set what differs from a runtime of one worker on demand.
  init(
    endpoint: String, handler: any Handler, exportsTrace: Bool = false, change: (inout Runtime) -> Void = { _ in }
  ) {
    let (ended, continuation) = AsyncStream<Runtime.End>.makeStream()
    self.ended = ended
    let log = Log()
    self.log = log
    // The environment belongs to all tests at once: one of them alone may export its trace.
    var runtime = Runtime(endpoint: endpoint, handler: handler, logger: log.logger, exportsTrace: exportsTrace)
    change(&runtime)
    onThread { [alarm, runtime] in
      continuation.yield(runtime.run(alarm: alarm))
      continuation.finish()
    }
  }

  /// Tells the runtime to end, as SIGTERM does.
  func terminate() {
    alarm.terminate()
  }

  /// Waits until the runtime is over.
  func end() async -> Runtime.End? {
    await ended.first { _ in true }
  }

  /// Waits until the runtime is over; nil unless the Runtime API is the reason.
  func exitReason() async -> ExitReason? {
    if case .failed(let reason) = await end() { reason } else { nil }
  }
}

/// The lines that a test's workers have logged.
final class Log: Sendable {
  private let content = Mutex<[String]>([])
  private let configuration: LogConfiguration

  init(_ configuration: LogConfiguration = LogConfiguration(level: .trace)) {
    self.configuration = configuration
  }

  var lines: [String] { content.withLock { $0 } }
  var text: String { lines.joined() }

  /// A logger that writes here.
  var logger: Logger {
    Logger(label: "test") { _ in LambdaLogHandler(self.configuration, write: { self.append($0) }) }
  }

  private func append(_ line: [UInt8]) {
    content.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
  }
}

/// A handler out of a closure.
struct ClosureHandler: Handler {
  let body: @Sendable (Invocation) async throws -> [UInt8]

  init(_ body: @escaping @Sendable (Invocation) async throws -> [UInt8]) {
    self.body = body
  }

  func handle(_ invocation: Invocation) async throws -> Response {
    .bytes(try await body(invocation))
  }
}

/// Answers an event with itself.
let echo = ClosureHandler { $0.payload }
