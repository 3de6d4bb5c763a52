import ArgumentParser
import Foundation

/// `cruddur bench`: how fast a bootstrap is, any that speaks the Lambda Runtime API.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures the function: cold, warm, sparse and concurrent sign-ups.",
    discussion: """
      Starts a Lambda Runtime API on 127.0.0.1 and the function's bootstrap against it, or any other program that speaks \
      to one, and gives it confirmed sign-ups, each of somebody else, so that each is an INSERT. A run is:

        cold        a new process for each sign-up, until its first answer
        sparse      one process, which has nothing to do for 3 ms before each
        warm        one process, which has the next as soon as it asks
        concurrent  four processes, or with --managed one with four at once

      A latency is what lies between an event's hand-out and its answer, at the socket. Beside the percentiles there are \
      CPU and memory, of all processes that the bootstrap has started, and what the bench itself takes of each event. In \
      several rounds a figure is the median of theirs. --compare measures two functions in turns, because a machine \
      drifts, and gives the ratios, the second to the first.

      The database is a PostgreSQL that is thrown away afterwards (package postgresql) and does not wait for the disk, \
      unless --env or --env-file has a CONNECTION_URL: --env CONNECTION_URL is the shell's. It needs the table users of \
      deploy/db; the rows of the bench are removed. At the end of each run there is a look whether everybody who was \
      answered has a row.

      The cost is Lambda's for a million sign-ups that take as long as here, each billed by whole milliseconds, with the \
      init in a cold start. The prices are those of us-east-1, without the free tier; the memory is --memory, with which \
      Lambda also gives less of a processor than this machine does.

      \(EnvironmentOptions.discussion(shell: "LD_LIBRARY_PATH and, with a database of --env, PG*"))

      The exit status is 0 if every sign-up was answered as Cognito expects and has a row; 1 if not; 2 if an option, the \
      bootstrap or the database is not usable; 128 and the signal's number if a signal ended it, which tells what was \
      measured until then, and ends the bootstraps and the throwaway database.
      """)

  @Option(
    help: ArgumentHelp(
      "The function's executable. (default: that of the package in this folder, or bootstrap beside cruddur)",
      valueName: "path"),
    completion: .file())
  var bootstrap: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Two executables that are compared; NAME=PATH says what the table calls one.", valueName: "[name=]path"),
    completion: .file())
  var compare: [String] = []

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "What is run, of cold, sparse, warm and concurrent; may be given again. (default: all)", valueName: "kind"))
  var runs: [BenchRun] = []

  @Option(help: ArgumentHelp("How many cold starts there are in a round, at most 10000.", valueName: "n"))
  var starts = 20

  @Option(help: ArgumentHelp("How many warm and how many concurrent events, at most 1000000.", valueName: "n"))
  var events = 2000

  @Option(help: ArgumentHelp("How many sparse events, at most 100000.", valueName: "n"))
  var sparseEvents = 300

  @Option(help: ArgumentHelp("How long there is nothing to do before a sparse event.", valueName: "milliseconds"))
  var gap = 3.0

  @Option(help: ArgumentHelp("How many processes the concurrent events go to, at most 64.", valueName: "n"))
  var concurrency = 4

  @Flag(help: "Plays Managed Instances: the concurrent events go to one process, with that many at once.")
  var managed = false

  @Option(help: ArgumentHelp("How many rounds, at most 100. (default: 1; with --compare 5)", valueName: "n"))
  var rounds: Int?

  @Option(help: ArgumentHelp("When no more is begun, at most 86400.", valueName: "seconds"))
  var timeLimit = 600.0

  @Option(help: ArgumentHelp("How long an event may take, at most 900.", valueName: "seconds"))
  var timeout = 5.0

  @Option(help: ArgumentHelp("The function's memory, 128 to 10240, for the cost.", valueName: "megabytes"))
  var memory = 128

  @Option(help: "x86_64 or arm64, for the cost. (default: this machine's)")
  var architecture: Architecture?

  @Option(
    help: ArgumentHelp(
      "What a GB of memory costs for a second. (default: 0.0000166667; of arm64 0.0000133334)", valueName: "dollars"))
  var gbSecondPrice: Double?

  @Option(help: ArgumentHelp("What a million requests cost.", valueName: "dollars"))
  var requestPrice = 0.2

  @Option(
    help: ArgumentHelp(
      "Writes all figures to a file, as JSON; - is standard output, instead of the table.", valueName: "file"),
    completion: .file())
  var json: String?

  @Option(
    help: ArgumentHelp("Draws the latencies into a file, as SVG.", valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var svg: String?

  @Option(
    help: ArgumentHelp("The variable in which the function looks for the database's URL.", valueName: "name"))
  var databaseVariable = "CONNECTION_URL"

  @OptionGroup var environment: EnvironmentOptions

  /// What a second of a gigabyte costs depends on it.
  enum Architecture: String, ExpressibleByArgument, CaseIterable {
    case x86_64, arm64

    static var ofThisMachine: Architecture {
      #if arch(arm64)
      .arm64
      #else
      .x86_64
      #endif
    }

    /// US dollars, of the first tier in us-east-1: <https://aws.amazon.com/lambda/pricing/>.
    var gigabyteSecondPrice: Double {
      switch self {
      case .x86_64: 0.0000166667
      case .arm64: 0.0000133334
      }
    }
  }

  func validate() throws {
    try Timeout.validate(timeout)
    guard compare.isEmpty || compare.count == 2 else {
      throw ValidationError("--compare has \(compare.count.counted("executable")), but takes two.")
    }
    guard compare.isEmpty || bootstrap == nil else {
      throw ValidationError("--bootstrap and --compare exclude each other.")
    }
    for (option, value, maximum) in [
      ("--starts", starts, 10_000), ("--events", events, 1_000_000), ("--sparse-events", sparseEvents, 100_000),
      ("--concurrency", concurrency, 64), ("--rounds", rounds ?? 1, 100),
    ] where !(1...maximum).contains(value) {
      throw ValidationError("\(option) is \(value), but must be at least 1 and at most \(maximum).")
    }
    guard (128...10_240).contains(memory) else {
      throw ValidationError("--memory is \(memory), but must be at least 128 and at most 10240 MB.")
    }
    guard gap >= 0, gap <= 60_000 else {
      throw ValidationError("--gap is \(gap), but must be at least 0 and at most 60000 ms.")
    }
    guard timeLimit > 0, timeLimit <= 86_400 else {
      throw ValidationError("--time-limit is \(timeLimit), but must be more than 0 and at most 86400 seconds.")
    }
    for (option, price) in [("--gb-second-price", gbSecondPrice ?? 0), ("--request-price", requestPrice)] {
      guard price >= 0, price.isFinite else { throw ValidationError("\(option) is \(price), which is no price.") }
    }
    guard Variable.isName(databaseVariable) else {
      throw ValidationError("--database-variable is \(databaseVariable), which is no name of a variable.")
    }
  }

  func run() async throws {
    let variables = try environment.variables()
    let url = variables[databaseVariable]
    if url == nil { Self.forgetDatabase() }
    var caller = ProcessInfo.processInfo.environment
    caller["CONNECTION_URL"] = nil
    let functions = try executables().map { name, executable in
      BenchedFunction(
        name: name, executable: executable, timeout: .seconds(timeout), variables: variables, caller: caller)
    }
    let session = BenchSession(
      functions: functions, plan: plan,
      price: Price(
        gigabyteSecond: gbSecondPrice ?? (architecture ?? .ofThisMachine).gigabyteSecondPrice,
        millionRequests: requestPrice, megabytes: memory),
      url: url, databaseVariable: databaseVariable, json: json, svg: svg)
    throw ExitCode(try await session.run())
  }

  private var plan: BenchPlan {
    var plan = BenchPlan()
    if !runs.isEmpty { plan.runs = BenchRun.allCases.filter(runs.contains) }
    (plan.starts, plan.events, plan.sparseEvents) = (starts, events, sparseEvents)
    plan.gap = .milliseconds(gap)
    (plan.concurrency, plan.isManaged) = (concurrency, managed)
    plan.rounds = rounds ?? (compare.isEmpty ? 1 : 5)
    plan.timeLimit = .seconds(timeLimit)
    return plan
  }

  /// Which programs are measured, and what they are called.
  private func executables() throws -> [(name: String, Executable)] {
    guard !compare.isEmpty else {
      return [("function", try bootstrap.map { try Executable(path: $0) } ?? Executable.byDefault())]
    }
    return try compare.enumerated().map { index, argument in
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains("/") else {
        return (["A", "B"][index], try Executable(path: argument))
      }
      return (String(parts[0]), try Executable(path: String(parts[1])))
    }
  }

  /// Takes away what the shell says of another database: neither the function nor this program may take it for that of
  /// the bench.
  private static func forgetDatabase() {
    for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("PG") { unsetenv(name) }
  }
}

extension BenchRun: ExpressibleByArgument {}
