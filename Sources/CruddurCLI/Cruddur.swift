import ArgumentParser

/// The command line of a laptop; each subcommand has a file of its own.
struct Cruddur: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cruddur",
    abstract: "Tries the Lambda function without Lambda.",
    subcommands: [Invoke.self, Serve.self])
}
