import Foundation
import TestSupport
import Testing

/// The README says what to type first, and `--help` the rest: each option that the former names is in the latter.
@Suite(.timeLimit(.minutes(1)))
struct HelpTests {
  /// The options of a command, and its subcommands, as its `--help` lists them.
  struct Help {
    let options: Set<Substring>
    let subcommands: [Substring]

    /// Reads the lines that begin with an option; of a script, which has them where they belong, whatever is one.
    init(_ text: String, isOfScript: Bool = false) {
      let found =
        isOfScript
        ? text.matches(of: /(--[a-z][a-z0-9-]*)/).map(\.output.1)
        : text.matches(of: #/(?m)^ +(?:-[a-z], )?(--[a-z][a-z0-9-]*)/#).map(\.output.1)
      options = Set(found)
      let list = text.split(separator: "SUBCOMMANDS:\n").dropFirst().first ?? ""
      subcommands = list.matches(of: #/(?m)^  ([a-z]+) /#).map(\.output.1)
    }
  }

  private func help(_ subcommand: Substring? = nil) async throws -> Help {
    let outcome = try await CommandLineTool.run((subcommand.map { [String($0)] } ?? []) + ["--help"])
    try #require(outcome.status == 0 && outcome.log == "", "\(outcome.log)")
    return Help(outcome.output)
  }

  private func helpOfRun() async throws -> Help {
    let outcome = try await CommandLineTool.bash(
      "exec '\(Repository.file("deploy/run").path)' --help", environment: [:])
    try #require(outcome.status == 0)
    return Help(outcome.output, isOfScript: true)
  }

  private static let readme = try? String(contentsOf: Repository.file("README.md"), encoding: .utf8)

  /// A command of the README: of a block of the shell's, or in backquotes.
  private func commands(_ text: some StringProtocol) -> [Substring] {
    let text = Substring(text)
    let blocks = text.matches(of: /```sh\n([^`]*)```/).flatMap { $0.output.1.split(separator: "\n") }
    let spans = text.replacing(/```[a-z]*\n[^`]*```/, with: "").matches(of: /`([^`]+)`/)
      .map { Substring($0.output.1.replacing("\n", with: " ")) }
    // Of a pipe each command is one of its own.
    return (blocks + spans).flatMap { $0.split(separator: " | ") }
  }

  /// The options of a command's own, without what is in quotes.
  private func options(_ command: Substring) -> [Substring] {
    command.replacing(/'[^']*'|"[^"]*"/, with: "").matches(of: /(?:^| |\[)(--[a-z][a-z0-9-]*)/).map {
      Substring($0.output.1)
    }
  }

  @Test func `Each command of the README has the options of its help`() async throws {
    let readme = try #require(Self.readme)
    let subcommands = try await help().subcommands
    var helps: [Substring: Help] = ["": try await help()]
    for name in subcommands { helps[name] = try await help(name) }
    let run = try await helpOfRun()
    let serve = try #require(helps["serve"])
    var count = 0
    for command in commands(readme) {
      let words = command.split(separator: " ")
      if let program = words.first, program == "cruddur" || program == ".build/debug/cruddur" {
        let name = words.dropFirst().first.flatMap { $0.hasPrefix("-") ? nil : $0 } ?? ""
        let help = try #require(helps[name], "\(command)")
        #expect(help.options.isSuperset(of: options(command)), "\(command)")
        count += 1
      } else if words.first == "deploy/run" {
        let known = words.contains("--serve") ? run.options.union(serve.options) : run.options
        #expect(known.isSuperset(of: options(command)), "\(command)")
        count += 1
      }
    }
    #expect(count > 10)
  }

  @Test func `Each option that the sections of trying name is one of theirs`() async throws {
    let readme = try #require(Self.readme)
    var known = try await helpOfRun().options
    for name in try await help().subcommands { known.formUnion(try await help(name).options) }
    var count = 0
    for heading in ["## Try it\n", "## Try it in a browser\n"] {
      let section = try #require(readme.split(separator: heading).dropFirst().first?.split(separator: "\n## ").first)
      for command in commands(section) where command.hasPrefix("--") {
        #expect(known.isSuperset(of: options(command)), "\(command)")
        count += 1
      }
    }
    #expect(count > 0)
  }

  @Test func `No line of a list or of a shell's in the help is broken at eighty columns`() async throws {
    for subcommand in [nil] + (try await help().subcommands.map(Optional.some)) {
      let outcome = try await CommandLineTool.run((subcommand.map { [String($0)] } ?? []) + ["--help"])
      let text = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).prefix {
        !$0.hasPrefix("USAGE:")
      }
      for (line, next) in zip(text, text.dropFirst()) where line.hasPrefix("  ") {
        #expect(next.isEmpty || next.hasPrefix("  "), "\(line)\n\(next)")
      }
    }
  }

  @Test func `The README mentions each subcommand`() async throws {
    let mentioned = commands(try #require(Self.readme)).map { $0.split(separator: " ").prefix(2) }
      .filter { $0.count == 2 && ["cruddur", ".build/debug/cruddur"].contains($0[0]) }.map(\.last)
    let subcommands = try await help().subcommands.filter { $0 != "help" }
    #expect(subcommands.count >= 4)
    for name in subcommands { #expect(mentioned.contains(name), "\(name)") }
  }
}
