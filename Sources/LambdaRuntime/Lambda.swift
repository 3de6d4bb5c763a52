import Glibc
public import Logging

/// The process that Lambda starts.
public enum Lambda {
  /// Makes the handler, handles events for as long as Lambda sends them, and ends the process.
  ///
  /// The calling thread is the worker's. The process exits with 2 where it was not started by Lambda, and with 1 where it
  /// could not start or Lambda's Runtime API failed; what happened stands on standard error and, if it was at the start, in `/init/error`.
  ///
  /// - Parameters:
  ///   - environment: The process's environment.
  ///   - usage: A sentence for a person who starts the program without Lambda: how to try it instead.
  ///   - makeHandler: Reads the configuration and makes the handler. What it throws ends in `/init/error`.
  public static func run(
    environment: Environment = .process, usage: String,
    makeHandler: @escaping @Sendable (Environment, Logger) async throws -> any Handler
  ) -> Never {
    guard let endpoint = environment["AWS_LAMBDA_RUNTIME_API"] else {
      StandardError.write("AWS_LAMBDA_RUNTIME_API is not set, so Lambda did not start this program: \(usage)\n")
      exit(2)
    }
    // Lambda or its stand-in may go away while it is written to; that is an error of the call, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    WorkerExecutor().run { await start(environment, endpoint, makeHandler) }
    exit(1)
  }

  private static func start(
    _ environment: Environment, _ endpoint: String,
    _ makeHandler: @Sendable (Environment, Logger) async throws -> any Handler
  ) async {
    // What is wrong with the configuration is itself logged in the format that was asked for, if that is not what is wrong.
    let format = (try? LogConfiguration.Format(environment)) ?? .text
    var logger = Logger(label: "bootstrap") { _ in LambdaLogHandler(LogConfiguration(format: format)) }
    do {
      let configuration = try LogConfiguration(environment)
      LoggingSystem.bootstrap { _ in LambdaLogHandler(configuration) }
      logger = Logger(label: "bootstrap") { _ in LambdaLogHandler(configuration) }
      let handler = try await makeHandler(environment, logger)
      let worker = Worker(
        endpoint: endpoint, handler: handler, logger: logger,
        exportsTrace: environment["AWS_LAMBDA_MAX_CONCURRENCY"] == nil)
      let reason = await worker.run()
      logger.critical("\(reason)")
    } catch {
      let report = ErrorReport(initialization: error)
      report.log(to: logger, .critical)
      do {
        try RuntimeClient(endpoint: endpoint, logger: logger).sendInitError(report)
      } catch {
        logger.critical("\(error)")
      }
    }
  }
}
