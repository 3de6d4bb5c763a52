@preconcurrency import Glibc
public import Logging
import Synchronization

/// What a function is started with, and what it asks of the process around it.
public struct Setup: Sendable {
  /// The process's environment.
  public let environment: Environment

  /// The log.
  public let logger: Logger

  /// How many invocations there may be at once: 1, or on Managed Instances what `AWS_LAMBDA_MAX_CONCURRENCY` says.
  public let maximumConcurrency: Int

  /// Those that see what the runtime does.
  public var observers: [any RuntimeObserver] = []

  var shutdownHooks: [@Sendable () async -> Void] = []
  var snapshotHooks: [@Sendable () async throws -> Void] = []
  var restoreHooks: [@Sendable () async throws -> Void] = []

  init(environment: Environment, logger: Logger, maximumConcurrency: Int) {
    self.environment = environment
    self.logger = logger
    self.maximumConcurrency = maximumConcurrency
  }

  /// Has something done when the process is told to end and no invocation is running, such as closing connections.
  ///
  /// Lambda gives a process half a second: the hooks run one after the other, the last that was added first, and have a
  /// quarter of a second together. Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>.
  public mutating func onShutdown(_ hook: @escaping @Sendable () async -> Void) {
    shutdownHooks.append(hook)
  }

  /// Has something done before a snapshot of the process is taken (SnapStart), in which no connection, no secret and
  /// nothing random may be. If it throws, the process ends with an init error.
  ///
  /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html>.
  public mutating func beforeSnapshot(_ hook: @escaping @Sendable () async throws -> Void) {
    snapshotHooks.append(hook)
  }

  /// Has something done when the process has been restored from a snapshot, before its first event. If it throws, the
  /// process ends with a restore error.
  public mutating func afterRestore(_ hook: @escaping @Sendable () async throws -> Void) {
    restoreHooks.append(hook)
  }
}

/// The process that Lambda starts.
public enum Lambda {
  /// Makes the handler, handles events for as long as Lambda sends them, and ends the process.
  ///
  /// Workers run on threads of their own, the calling one watches over them. The process exits with 0 where Lambda has told
  /// it to end (SIGTERM), after the invocations that were running; with 2 where it was not started by Lambda; and with 1
  /// where it could not start, the Runtime API failed, or a handler did not heed its deadline. What happened stands on
  /// standard error and, if it was at the start, in `/init/error`.
  ///
  /// - Parameters:
  ///   - environment: The process's environment.
  ///   - usage: A sentence for a person who starts the program without Lambda: how to try it instead.
  ///   - makeHandler: Reads the configuration and makes the handler. What it throws ends in `/init/error`.
  public static func run(
    environment: Environment = .process, usage: String,
    makeHandler: @escaping @Sendable (inout Setup) async throws -> any Handler
  ) -> Never {
    guard let endpoint = environment["AWS_LAMBDA_RUNTIME_API"] else {
      StandardError.write("AWS_LAMBDA_RUNTIME_API is not set, so Lambda did not start this program: \(usage)\n")
      exit(2)
    }
    // Lambda or its stand-in may go away while it is written to; that is an error of the call, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    // Made here, because a signal handler may not.
    let alarm = alarm
    signal(SIGTERM) { _ in Lambda.alarm.terminate() }
    unblock([SIGTERM] + CrashReporter.signals)
    let code = LambdaProcess(environment: environment, endpoint: endpoint, alarm: alarm).run(makeHandler)
    fflush(stdout)
    // Not exit(), which takes down what threads that nobody waits for may still use.
    _exit(code)
  }

  /// Whoever starts a process hands on which signals are blocked: a thread of Dispatch's, for one, blocks nearly all.
  private static func unblock(_ signals: [CInt]) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Of the process, because a signal handler can reach nothing else.
  private static let alarm = Alarm()
}

/// The life of a process that Lambda starts.
struct LambdaProcess {
  private let environment: Environment
  private let endpoint: String
  private let alarm: Alarm
  private let start = ContinuousClock.now

  init(environment: Environment, endpoint: String, alarm: Alarm) {
    self.environment = environment
    self.endpoint = endpoint
    self.alarm = alarm
  }

  /// - Returns: The exit code.
  func run(_ makeHandler: @escaping @Sendable (inout Setup) async throws -> any Handler) -> CInt {
    // What is wrong with the configuration is itself logged in the format that was asked for, if that is not what is wrong.
    let format = (try? LogConfiguration.Format(environment)) ?? .text
    var logger = Logger(label: "bootstrap") { _ in LambdaLogHandler(LogConfiguration(format: format)) }
    do {
      let configuration = try LogConfiguration(environment)
      LoggingSystem.bootstrap { _ in LambdaLogHandler(configuration) }
      logger = Logger(label: "bootstrap") { _ in LambdaLogHandler(configuration) }
      CrashReporter.install(configuration.format)
      let lambda = try LambdaConfiguration(environment)
      let registration = lambda.registersExtension ? Extension(endpoint: endpoint, logger: logger) : nil
      let setup = Setup(environment: environment, logger: logger, maximumConcurrency: lambda.maximumConcurrency ?? 1)
      let (handler, complete) = try WorkerExecutor().run {
        await Result {
          var setup = setup
          return (try await makeHandler(&setup), setup)
        }
      }.get()
      registration?.waitUntilRegistered()
      var start = start
      if lambda.isSnapStart, let code = try snapshot(complete, restoredAt: &start) { return code }
      let runtime = Runtime(
        endpoint: endpoint, handler: handler, logger: logger, observers: complete.observers,
        workers: complete.maximumConcurrency, isConcurrent: lambda.maximumConcurrency != nil,
        exportsTrace: lambda.maximumConcurrency == nil, initialization: .now - start)
      return end(runtime.run(alarm: alarm), complete)
    } catch {
      fail(ErrorReport(initialization: error), logger) { $0.sendInitError($1) }
      return 1
    }
  }

  /// Has the process's snapshot taken, and comes back in the process that was restored from it.
  ///
  /// - Returns: The exit code where it does not go on.
  private func snapshot(_ setup: Setup, restoredAt start: inout ContinuousClock.Instant) throws -> CInt? {
    let executor = WorkerExecutor()
    try executor.run { await Result { for hook in setup.snapshotHooks { try await hook() } } }.get()
    do throws(ExitReason) {
      guard try waitForRestore() else { return end(.shutDown, setup) }
    } catch {
      return end(.failed(error), setup)
    }
    start = .now
    do {
      try executor.run { await Result { for hook in setup.restoreHooks { try await hook() } } }.get()
      return nil
    } catch {
      fail(ErrorReport(initialization: error), setup.logger) { $0.sendRestoreError($1) }
      return 1
    }
  }

  /// Waits until the process goes on, restored; false where it is told to end.
  private func waitForRestore() throws(ExitReason) -> Bool {
    let restored = Restored()
    let isStarted = DetachedThread.start { [endpoint, alarm] in
      let result = Result { () throws(ExitReason) in try RuntimeClient.waitForRestore(endpoint: endpoint) }
      restored.result.withLock { $0 = result }
      alarm.ring()
    }
    guard isStarted else { throw .noThread }
    while !alarm.isTerminating {
      if let result = restored.result.withLock({ $0 }) {
        try result.get()
        return true
      }
      alarm.wait()
    }
    return false
  }

  private final class Restored: Sendable {
    let result = Mutex<Result<Void, ExitReason>?>(nil)
  }

  private func fail(_ report: ErrorReport, _ logger: Logger, _ send: (RuntimeClient, ErrorReport) -> Void) {
    report.log(to: logger, .critical)
    do {
      send(try RuntimeClient(endpoint: endpoint, logger: logger), report)
    } catch {
      logger.critical("\(error)")
    }
  }

  private func end(_ end: Runtime.End, _ setup: Setup) -> CInt {
    switch end {
    case .shutDown:
      runShutdownHooks(setup)
      return 0
    case .failed(let reason):
      setup.logger.critical("\(reason)")
      return 1
    case .stuck: return 1
    }
  }

  /// A hook that hangs does not keep the process: Lambda would end it without a word.
  private func runShutdownHooks(_ setup: Setup) {
    guard !setup.shutdownHooks.isEmpty else { return }
    let isDone = DetachedThread.run(within: .milliseconds(250)) {
      WorkerExecutor().run { for hook in setup.shutdownHooks.reversed() { await hook() } }
    }
    if !isDone {
      setup.logger.warning("what was to be done at the end was not done in a quarter of a second")
    }
  }
}

/// What Lambda says of how a function is run.
struct LambdaConfiguration {
  /// How many invocations there are at once on Managed Instances; nil elsewhere.
  let maximumConcurrency: Int?
  let isSnapStart: Bool
  let registersExtension: Bool

  /// - Throws: ``ConfigurationError`` where a variable has a value that it cannot have.
  init(_ environment: Environment) throws(ConfigurationError) {
    maximumConcurrency = try environment["AWS_LAMBDA_MAX_CONCURRENCY"].map { (text) throws(ConfigurationError) in
      guard let number = Int(text), (1...10_000).contains(number) else {
        throw ConfigurationError("AWS_LAMBDA_MAX_CONCURRENCY has to be a number from 1 to 10000.")
      }
      return number
    }
    isSnapStart = environment["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    switch environment["RUNTIME_EXTENSION"] {
    case "1", nil: registersExtension = true
    case "0": registersExtension = false
    default: throw ConfigurationError("RUNTIME_EXTENSION has to be 0 or 1.")
    }
  }
}

extension Result where Failure == any Error {
  /// What an asynchronous body returns or throws.
  fileprivate init(_ body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}
