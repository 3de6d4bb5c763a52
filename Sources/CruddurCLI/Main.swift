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
      Console.log(Cruddur.sentence(for: error))
      return 2
    }
  }
}

extension Cruddur {
  /// What to tell the user of an error: what is wrong and, if it is how the command was called, whose `--help` says more.
  fileprivate static func sentence(for error: any Error) -> String {
    let message = message(for: error)
    guard exitCode(for: error) == .validationFailure else { return message }
    // Only the parser knows which subcommand it was about; its own sentence has the command in quotes.
    let usage = fullMessage(for: error).split(separator: "\n").last { $0.hasPrefix("  See '") }
    let command = usage?.dropFirst("  See '".count).prefix { $0 != "'" } ?? "cruddur --help"
    let end = message.last.map { ".?!".contains($0) } == true ? "" : "."
    return "\(message)\(end) See \(command)."
  }
}

/// The command line of a laptop; each subcommand has a file of its own.
struct Cruddur: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cruddur",
    abstract: "Tries and measures a function without Lambda, begins a new one, and reconciles users with the database.",
    discussion: """
      Completions for a shell, of files and kinds of event, too:

        in ~/.bashrc:
          source <(cruddur --generate-completion-script bash)
        in a folder of zsh's fpath:
          cruddur --generate-completion-script zsh >_cruddur
        in ~/.config/fish/completions:
          cruddur --generate-completion-script fish >cruddur.fish
      """,
    version: "cruddur 1.0.0",
    subcommands: [Events.self, Invoke.self, Serve.self, Bench.self, New.self, Reconcile.self])
}
