import ArgumentParser
import Foundation
import LocalLambda

/// `cruddur invoke`: events from files go through a real `bootstrap` as through Lambda.
struct Invoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Invokes the function with events from files.",
    discussion: """
      Starts a Lambda Runtime API on 127.0.0.1 and the function's bootstrap against it, as Lambda would, and delivers \
      the events one after the other. A bootstrap that ended, or was ended at the timeout, is replaced for the next \
      event.

      Each answer is written to standard output: its exact bytes and a newline; on a terminal JSON is indented and in \
      colour, unless NO_COLOR is set. --body writes the body of an HTTP response alone, and without a newline if the \
      answer has it in base64. Everything else, function errors with their JSON, the function's logs and a REPORT line \
      for each invocation, as Lambda writes it, goes to standard error. After several invocations a line sums up: how \
      many they were, how many errors and cold starts, and the 50th, 95th and 99th percentile and the maximum of their \
      durations. Whoever closes standard output ends it, which is no error.

      With --remote the events go to a deployed function, by aws lambda invoke; its answers, its errors and the end of \
      its log, 4 KB at most, are shown alike. Credentials and configuration are those of aws.

      --set request.userAttributes.name=Ada changes each event before it is delivered, and --set \
      request.newDeviceUsed:=true gives what is no text, as JSON. Objects that are missing are made; scopes[0] is the \
      first element of an array, and a key that has a dot is written ["a.b"].

      \(EnvironmentOptions.discussion())

      The exit status is 0 if every event was answered; 1 after a function error, an init error, a timeout, a crash or \
      an answer that has no body to show; 2 if a file, an option or the bootstrap is not usable, in which case nothing \
      was started, or if aws fails; 128 and the signal's number if a signal ended it, and with it the bootstrap.
      """)

  @Argument(
    help: ArgumentHelp("An event, as JSON; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var files: [String]

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "What to change in each event: PATH=TEXT or PATH:=JSON; may be given again.", valueName: "path=value"))
  var changes: [String] = []

  @Option(
    help: ArgumentHelp(
      "The function's executable. (default: that of the package in this folder, or bootstrap beside cruddur)",
      valueName: "path"),
    completion: .file())
  var bootstrap: String?

  @Option(help: ArgumentHelp("How long an invocation may take, at most 900. (default: 5.0)", valueName: "seconds"))
  var timeout: Double?

  @Option(name: .customLong("repeat"), help: ArgumentHelp("How often all the events are delivered.", valueName: "n"))
  var repetitions = 1

  @OptionGroup var environment: EnvironmentOptions

  @Flag(help: "Writes the body alone of an answer that is an HTTP response.")
  var body = false

  @Option(help: ArgumentHelp("A deployed function, by its name or ARN, instead of a bootstrap.", valueName: "function"))
  var remote: String?

  @Option(help: ArgumentHelp("A version or an alias of the deployed function.", valueName: "name"))
  var qualifier: String?

  @OptionGroup var aws: AWSOptions

  func validate() throws {
    if let timeout { try Timeout.validate(timeout) }
    _ = try changes.map { try EventChange(argument: $0) }
    try validateRemote()
    guard repetitions > 0 else {
      throw ValidationError("--repeat is \(repetitions), but must be at least 1.")
    }
    guard (files + environment.envFile).count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("Standard input can be read only once.")
    }
  }

  /// Checks the options that are of use for a deployed function only, or for one on this machine.
  private func validateRemote() throws(ValidationError) {
    if remote == nil, let (option, _) = ([("--qualifier", qualifier)] + aws.all).first(where: { $0.1 != nil }) {
      throw ValidationError("\(option) needs --remote.")
    }
    let forBootstrap = [
      ("--bootstrap", bootstrap != nil), ("--timeout", timeout != nil), ("--env", !environment.env.isEmpty),
      ("--env-file", !environment.envFile.isEmpty),
    ]
    if remote != nil, let (option, _) = forBootstrap.first(where: \.1) {
      throw ValidationError("\(option) is of no use with --remote, because the deployed function has its own.")
    }
  }

  func run() async throws {
    let changes = try changes.map { try EventChange(argument: $0) }
    let session = InvokeSession(
      events: try files.map { try EventFile(path: $0, changes: changes) }, repetitions: repetitions,
      function: try function(),
      writer: AnswerWriter(bodyOnly: body, variables: ProcessInfo.processInfo.environment))
    throw ExitCode(try await session.run())
  }

  private func function() throws -> InvokedFunction {
    if let remote {
      return .remote(RemoteFunction(name: remote, qualifier: qualifier, options: aws.arguments))
    }
    return .local(
      LocalFunction(
        executable: try bootstrap.map { try Executable(path: $0) } ?? Executable.byDefault(),
        timeout: .seconds(timeout ?? 5), variables: try environment.variables()))
  }
}
