import ArgumentParser
import LocalLambda

/// `cruddur invoke`: events from files go through a real `bootstrap` as through Lambda.
struct Invoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Invokes the function with events from files.",
    discussion: """
      Starts a Lambda Runtime API on 127.0.0.1 and the function's bootstrap against it, as Lambda would, and delivers \
      the events one after the other. A bootstrap that ended, or was ended at the timeout, is replaced for the next \
      event.

      Each answer is written to standard output: its exact bytes and a newline. Everything else, function errors with \
      their JSON and the function's logs among it, goes to standard error.

      The function sees Lambda's environment variables, CONNECTION_URL, PG* and LD_LIBRARY_PATH if they are set, and \
      those of --env, but no others.

      The exit status is 0 if every event was answered; 1 after a function error, an init error, a timeout or a crash; \
      2 if a file, an option or the bootstrap is not usable, in which case nothing was started; 128 and the signal's \
      number if a signal ended it, and with it the bootstrap.
      """)

  @Argument(help: ArgumentHelp("An event, as JSON; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("The function's executable. (default: bootstrap beside cruddur)", valueName: "path"))
  var bootstrap: String?

  @Option(help: ArgumentHelp("How long an invocation may take, at most 900.", valueName: "seconds"))
  var timeout = 5.0

  @Option(name: .customLong("repeat"), help: ArgumentHelp("How often all the events are delivered.", valueName: "n"))
  var repetitions = 1

  @Option(help: ArgumentHelp("A variable of the function's environment; may be given again.", valueName: "key=value"))
  var env: [Variable] = []

  func validate() throws {
    try Timeout.validate(timeout)
    try Variable.validate(env)
    guard repetitions > 0 else {
      throw ValidationError("--repeat is \(repetitions), but must be at least 1.")
    }
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("Standard input can be read only once.")
    }
  }

  func run() async throws {
    let session = InvokeSession(
      events: try files.map { try EventFile(path: $0) },
      executable: try Executable(path: bootstrap ?? Executable.besideThisOne("bootstrap")),
      repetitions: repetitions, timeout: .seconds(timeout),
      variables: Dictionary(env.map { ($0.key, $0.value) }) { $1 })
    throw ExitCode(try await session.run())
  }
}
