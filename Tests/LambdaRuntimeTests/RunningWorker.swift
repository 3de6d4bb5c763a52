import Logging
import Synchronization

@testable import LambdaRuntime

/// A worker on a thread of its own, with its log.
struct RunningWorker {
  private let ended: AsyncStream<ExitReason>
  let log: Log

  init(endpoint: String, handler: any Handler, exportsTrace: Bool = false) {
    let (ended, continuation) = AsyncStream<ExitReason>.makeStream()
    self.ended = ended
    let log = Log()
    self.log = log
    let logger = log.logger
    onThread {
      // The environment belongs to all tests at once: one of them alone may export its trace.
      let worker = Worker(endpoint: endpoint, handler: handler, logger: logger, exportsTrace: exportsTrace)
      continuation.yield(WorkerExecutor().run { await worker.run() })
      continuation.finish()
    }
  }

  /// Waits until the worker has given up.
  func exitReason() async -> ExitReason? {
    await ended.first { _ in true }
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
