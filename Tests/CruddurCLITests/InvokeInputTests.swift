import Testing

/// What `cruddur invoke` refuses before it starts anything.
@Suite(.timeLimit(.minutes(1)))
struct InvokeInputTests {
  static let badVariable =
    "--env takes KEY=VALUE or KEY, and a key has letters, digits and underscores alone. "
    + "What was given is not shown, because it may be a secret."

  @Test(arguments: [
    ("/nowhere/event.json", "/nowhere/event.json cannot be read: No such file or directory."),
    ("/etc", "/etc cannot be read: Is a directory."),
    ("/proc/self/mem", "/proc/self/mem cannot be read: Input/output error."),
    ("/dev/zero", "/dev/zero has more than 6291556 bytes, which Lambda does not take."),
    ("/dev/null", "/dev/null is not an event: invalid JSON at byte 0: it ends too early."),
  ])
  func `A bad file is named, and nothing is started`(path: String, sentence: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let good = try bootstrap.write("1", to: "good.json")
      let outcome = try await CommandLineTool.run(["invoke", good, path, "--bootstrap", bootstrap.path])
      #expect(outcome.log == "cruddur: \(sentence)\n")
      #expect(outcome.output == "")
      #expect(outcome.status == 2)
      #expect(bootstrap.processes.isEmpty)
    }
  }

  @Test(arguments: ["{", "[1,]", "nil", "1 2", "\"\u{1}\"", "\u{FEFF}1"])
  func `What is not JSON is refused`(text: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let outcome = try await CommandLineTool.run(["invoke", "-", "--bootstrap", bootstrap.path], input: text)
      #expect(outcome.log.hasPrefix("cruddur: standard input is not an event: invalid JSON at byte "))
      #expect(outcome.log.count { $0 == "\n" } == 1)
      #expect(outcome.status == 2)
      #expect(bootstrap.processes.isEmpty)
    }
  }

  @Test func `The largest event passes, and one byte more does not`() async throws {
    try await FakeBootstrap.with { bootstrap in
      for (size, status) in [(6_291_556, Int32(0)), (6_291_557, 2)] {
        let event = try bootstrap.write(String(repeating: " ", count: size - 1) + "1", to: "event.json")
        let outcome = try await CommandLineTool.run(
          ["invoke", event, "--timeout", "30", "--bootstrap", bootstrap.path])
        #expect(outcome.status == status, "\(outcome.log)")
      }
    }
  }

  @Test(arguments: [
    (["invoke"], "Missing expected argument '<file> ...'."),
    (["invoke", "-", "--colour"], "Unknown option '--colour'."),
    (["invoke", "-", "-"], "Standard input can be read only once."),
    (["invoke", "-", "--env-file", "-"], "Standard input can be read only once."),
    (["serve", "--env-file", "-", "--env-file", "-"], "Standard input can be read only once."),
    (["invoke", "-", "--timeout", "0"], "--timeout is 0.0, but must be more than 0 and at most 900 seconds."),
    (["invoke", "-", "--timeout", "901"], "--timeout is 901.0, but must be more than 0 and at most 900 seconds."),
    (["invoke", "-", "--timeout", "nan"], "--timeout is nan, but must be more than 0 and at most 900 seconds."),
    (["invoke", "-", "--timeout", "soon"], "The value 'soon' is invalid for '--timeout <seconds>'."),
    (["invoke", "-", "--repeat", "0"], "--repeat is 0, but must be at least 1."),
    (
      ["invoke", "-", "--env", "NO_SUCH_VARIABLE"],
      "--env NO_SUCH_VARIABLE has no value, and the shell has no variable of that name."
    ),
    (["invoke", "-", "--env", "=s3cret"], badVariable), (["invoke", "-", "--env", "7=s3cret"], badVariable),
    (["invoke", "-", "--env", "postgresql://ana:s3cret@nowhere/d"], badVariable),
    (
      ["invoke", "-", "--env", "AWS_LAMBDA_RUNTIME_API=elsewhere"],
      "--env cannot set AWS_LAMBDA_RUNTIME_API, because cruddur itself is the Runtime API."
    ),
    (["invoke", "-", "--set", "userName"], "--set userName has no value: it is PATH=TEXT or PATH:=JSON."),
    (["serve", "--attempts", "0"], "--attempts is 0, but must be at least 1 and at most 10."),
    (["reconcile"], "What to read has to be files, or - for standard input, or --user-pool-id."),
    (["destroy"], "Unexpected argument 'destroy'."),
  ])
  func `A bad option is named, and where help is`(arguments: [String], sentence: String) async throws {
    let outcome = try await CommandLineTool.run(arguments)
    let command = arguments[0] == "destroy" ? "cruddur" : "cruddur \(arguments[0])"
    #expect(outcome.log == "cruddur: \(sentence) See \(command) --help.\n")
    #expect(outcome.output == "")
    #expect(outcome.status == 2)
  }

  @Test func `The version is one line`() async throws {
    let outcome = try await CommandLineTool.run(["--version"])
    #expect(try /cruddur \d+\.\d+\.\d+\n/.wholeMatch(in: outcome.output) != nil, "\(outcome.output)")
    #expect(outcome.log == "" && outcome.status == 0)
  }

  @Test(arguments: [
    ("/nowhere/bootstrap", "No such file or directory"), ("/etc", "it is not a file"),
    ("/etc/passwd", "it is not executable"),
  ])
  func `A bad bootstrap is named`(path: String, reason: String) async throws {
    let outcome = try await CommandLineTool.run(["invoke", "-", "--bootstrap", path], input: "1")
    #expect(outcome.log == "cruddur: The bootstrap \(path) cannot be started: \(reason).\n")
    #expect(outcome.output == "")
    #expect(outcome.status == 2)
  }
}
