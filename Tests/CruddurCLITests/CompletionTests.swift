import Glibc
import Testing

/// The completions that `cruddur --generate-completion-script` makes, in the shells themselves.
@Suite(.timeLimit(.minutes(1)))
struct CompletionTests {
  /// What is typed, and what it may become: in Bash all of it, in the others some.
  static let lines: [(line: String, offers: Set<Substring>)] = [
    ("cruddur ev", ["events"]), ("cruddur events heal", ["health"]),
    ("cruddur events confirm-", ["confirm-sign-up", "confirm-forgot-password"]),
    ("cruddur events custom-message --source Res", ["ResendCode"]),
    ("cruddur invoke --env-", ["--env-file"]), ("cruddur invoke a.json --env VARIABLE_", ["VARIABLE_OF_MINE"]),
    ("cruddur invoke --env-file va", ["variables.txt"]), ("cruddur serve --bootstrap va", ["variables.txt"]),
    ("cruddur invoke sam", ["sample.json", "samples"]),
    ("cruddur reconcile sam", ["sample.json", "sample.txt", "samples"]),
  ]

  /// Runs a script in a folder that has files to complete; the line is its variable `line`.
  private func run(_ shell: String, _ script: String, line: String) async throws -> CommandLineTool.Outcome {
    var outcome: CommandLineTool.Outcome?
    try await FakeBootstrap.with { bootstrap in
      for name in ["sample.json", "sample.txt", "variables.txt"] { try bootstrap.write("1", to: name) }
      try #require(mkdir("\(bootstrap.folder)/samples", 0o755) == 0)
      outcome = try await CommandLineTool.bash(
        #"cd "$folder" && exec \#(shell) -c "$script""#,
        environment: [
          "PATH": "\(try CommandLineTool.folder()):/usr/bin:/bin", "folder": bootstrap.folder, "script": script,
          "line": line, "VARIABLE_OF_MINE": "1", "HOME": bootstrap.folder,
        ])
    }
    return try #require(outcome)
  }

  @Test(arguments: lines) func `Bash completes`(line: String, offers: Set<Substring>) async throws {
    // What Bash does at a tab: it looks up what is to be called, and calls it with what was typed.
    let script = #"""
      . <(cruddur --generate-completion-script bash) || exit
      read -ra COMP_WORDS <<<"$line"
      COMP_LINE=$line COMP_POINT=${#line} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      [[ $(complete -p cruddur) =~ -F\ ([^ ]+) ]] || exit
      "${BASH_REMATCH[1]}" cruddur "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\n' "${COMPREPLY[@]}"
      """#
    let outcome = try await run("bash", script, line: line)
    #expect(Set(outcome.output.split(separator: "\n")) == offers, "\(outcome.log)")
  }

  /// Those that ask cruddur itself fish can complete only where a person types them.
  @Test(.enabled(if: access("/usr/bin/fish", X_OK) == 0), arguments: lines.filter { !$0.line.hasSuffix("VARIABLE_") })
  func `fish completes`(line: String, offers: Set<Substring>) async throws {
    let script = "cruddur --generate-completion-script fish | source; complete --do-complete \"$line\""
    let outcome = try await run("fish", script, line: line)
    // With a description behind a tab, and folders with a slash.
    let completions = outcome.output.split(separator: "\n").map {
      $0.prefix { $0 != "\t" }.split(separator: "/")[0]
    }
    #expect(Set(completions).isSuperset(of: offers), "\(outcome.output) \(outcome.log)")
  }

  @Test(.enabled(if: access("/usr/bin/zsh", X_OK) == 0)) func `zsh takes the script, and completes a kind`()
    async throws
  {
    let script = #"""
      mkdir functions && cruddur --generate-completion-script zsh >functions/_cruddur && zsh -n functions/_cruddur || exit
      zmodload zsh/zpty
      zpty shell 'PS1= zsh -f -i'
      zpty -w shell 'fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D; echo is"" ready'
      zpty -r shell answer '*is ready*'
      zpty -w -n shell $'cruddur events heal\t'
      zpty -r shell answer '*health*' && echo completed
      zpty -d shell
      """#
    let outcome = try await run("zsh -f", script, line: "")
    #expect(outcome.output == "completed\n", "\(outcome.log)")
  }

  @Test func `Another shell is named`() async throws {
    let outcome = try await CommandLineTool.run(["--generate-completion-script", "tcsh"])
    #expect(outcome.status == 2 && outcome.log.contains("tcsh") && outcome.log.hasSuffix("See cruddur --help.\n"))
  }
}
