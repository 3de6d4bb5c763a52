import ArgumentParser
import Glibc

/// Runs the command line, and ends with its exit status.
@main
enum Main {
  static func main() async {
    signal(SIGPIPE, SIG_IGN)  // Who does not read the answers is told of in words.
    exit(await run())
  }

  private static func run() async -> Int32 {
    do {
      switch try Cruddur.parseAsRoot() {
      case var command as any AsyncParsableCommand: try await command.run()
      case var command: try command.run()
      }
      return 0
    } catch let status as ExitCode {
      return status.rawValue
    } catch let error where Cruddur.exitCode(for: error).isSuccess {
      Console.printResponse(Array(Cruddur.fullMessage(for: error).utf8))
      return 0
    } catch {
      Console.log(Cruddur.message(for: error))
      return 2
    }
  }
}

/// The command line of a laptop; each subcommand has a file of its own.
struct Cruddur: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cruddur",
    abstract: "Tries a Lambda function without Lambda, begins a new one, and reconciles users with the database.",
    subcommands: [Invoke.self, Serve.self, New.self, Reconcile.self])
}
