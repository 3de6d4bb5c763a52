import Glibc
import LambdaRuntime
import Logging

/// A function of which the tests look at the life of its process. The words in `_HANDLER` say what it has set up, an
/// event's words what it does with it.
@main
enum TestFunction {
  static func main() {
    Lambda.run(usage: "the tests start it.") { setup in
      let logger = setup.logger
      for word in (setup.environment["_HANDLER"] ?? "").split(separator: ",") {
        switch word {
        case "slow-init":
          logger.info("init begins")
          try await Task.sleep(for: .milliseconds(200))
        case "hooks":
          setup.onShutdown { logger.info("the hook that was added first") }
          setup.onShutdown {
            logger.info("the hook that was added last")
            try? await Task.sleep(for: .milliseconds(10))
            logger.info("and what it awaits")
          }
          setup.beforeSnapshot { logger.info("before the snapshot") }
          setup.beforeSnapshot { logger.info("and once more") }
          setup.afterRestore { logger.info("restored") }
        case "slow-hook":
          setup.onShutdown {
            logger.info("a hook begins")
            usleep(150_000)
            logger.info("a hook is done")
          }
        case "hanging-hook": setup.onShutdown { sleep(10) }
        case "failing-snapshot": setup.beforeSnapshot { throw HookError() }
        case "failing-restore": setup.afterRestore { throw HookError() }
        case "observer": setup.observers.append(LoggingObserver(logger: logger))
        default: throw ConfigurationError("_HANDLER has to be made of words that TestFunction knows.")
        }
      }
      return Commands()
    }
  }
}

private struct HookError: LambdaError {
  let errorType = ErrorType.function("HookFailed")
  let errorMessage = "The hook failed."
}

private struct StreamError: LambdaError {
  let errorType = ErrorType.function("Broken")
  let errorMessage = "The stream broke."
}

private struct LoggingObserver: RuntimeObserver {
  let logger: Logger

  func invocationEnded(_ report: InvocationReport) {
    let isQuick = (report.initialization ?? .zero) < .milliseconds(500)
    logger.info("ended \(report.context.requestID) \(report.errorType?.rawValue ?? "well") quick=\(isQuick)")
  }
}

/// Does what an event's first word says, and answers with the event.
private struct Commands: Handler {
  func handle(_ invocation: Invocation) async throws -> Response {
    // The event may be a string of JSON.
    let words = String(decoding: invocation.payload, as: UTF8.self).split { $0 == " " || $0 == "\"" }
    let number = words.dropFirst().first.flatMap { UInt32($0) } ?? 0
    switch words.first {
    case "wait":
      invocation.context.logger.info("waiting")
      try await Task.sleep(for: .milliseconds(number))
    // As a C function that nothing wakes.
    case "hang": usleep(number * 1_000)
    case "log": invocation.context.logger.info("\(String(repeating: "x", count: Int(number)))")
    // Two chunks, the second once there is a file of that path, and then an error if a third word says so.
    case "stream":
      let path = words.count > 1 ? String(words[1]) : ""
      invocation.context.logger.info("streaming")
      return .stream(contentType: "text/plain") { writer in
        try await writer.write("one\n")
        while access(path, F_OK) != 0 { try await Task.sleep(for: .milliseconds(5)) }
        try await writer.write("two\n")
        if words.count > 2 { throw StreamError() }
      }
    case "trap": _ = [Int]()[Int(number)]
    case "fault": UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
    case "overflow": _ = overflow(0)
    case "abort": abort()
    default: break
    }
    return .bytes(invocation.payload)
  }

  @inline(never)
  private func overflow(_ depth: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 100) {
      $0.initialize(repeating: depth)
      return overflow(depth + 1) + $0[depth % 100]
    }
  }
}
