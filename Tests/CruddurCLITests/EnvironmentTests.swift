import TestSupport
import Testing

@testable import CruddurCLI

/// `--env` and `--env-file`.
@Suite(.timeLimit(.minutes(1)))
struct EnvironmentTests {
  static let lines: [(line: String, value: String?)] = [
    ("A=b", "b"), ("A=", ""), ("A=b=c", "b=c"), ("  A=b  ", "b"), ("export A=b", "b"), ("export\tA=b", "b"),
    ("A = b", "b"), ("A=b\r", "b"), ("A=\r", ""), ("\u{FEFF}A=b", "b"), ("\r\n\n  \n# x\n#A=c\nA=b", "b"),
    // Comments.
    ("A=b # c", "b"), ("A=b\t#c", "b"), ("A=b#c", "b#c"), ("A=#c", "#c"), ("A= # c", ""), ("A='b' # c", "b"),
    ("A='b # c'", "b # c"),
    // Quotes.
    ("A='b'", "b"), (#"A="b""#, "b"), ("A=''", ""), (#"A="""#, ""), (#"A='b\n"c'"#, #"b\n"c"#),
    (#"A="b\n\r\t\"\\\$\`c""#, "b\n\r\t\"\\$`c"), (#"A="b\d'c""#, #"b\d'c"#), (#"A=b"c"d'"#, #"b"c"d'"#),
    ("A='b\nc\r\n\r\nd'", "b\nc\n\nd"), ("A=\"b\r\nc\"", "b\nc"), ("A='b\n#c\nX=d'", "b\n#c\nX=d"),
    // Nothing is expanded.
    ("A=$HOME", "$HOME"), (#"A="${HOME}""#, "${HOME}"), ("A=~/x", "~/x"), (#"A=b\nc"#, #"b\nc"#),
    // The last one counts; others are others.
    ("A=b\nA=c", "c"), ("B=c", nil), ("exportA=b", nil), ("a=b", nil), ("A='é 👋'", "é 👋"),
    ("export=A", nil), ("_HANDLER=x\nA1_b=c\nA=d", "d"),
  ]

  @Test(arguments: lines) func `A file is read as people write them`(line: String, value: String?) throws {
    for text in [line, "FIRST=1\n\(line)\nLAST='2'", "FIRST=1\r\n\(line)\r\nLAST=2\r\n"] {
      var file = EnvironmentFile(Array((text.hasSuffix("\u{FEFF}A=b") ? line : text).utf8), name: "x")
      // A byte order mark is one only where a file begins.
      guard !line.hasPrefix("\u{FEFF}") || text == line else { continue }
      let variables = try file.variables(caller: [:])
      #expect(variables.last { $0.key == "A" }?.value == value, "\(text)")
      if text != line { #expect(variables.first?.value == "1" && variables.last?.value == "2", "\(text)") }
    }
  }

  @Test func `A name alone is the caller's variable`() throws {
    for text in ["A", "export A", "A # mine", "A\r\n", " A \nB=c"] {
      var file = EnvironmentFile(Array(text.utf8), name: "x")
      let variables = try file.variables(caller: ["A": "b c"])
      #expect(variables.first == Variable(key: "A", value: "b c"), "\(text)")
    }
  }

  static let faults: [(text: String, sentence: String)] = [
    ("A=b\ns3cret word", "x:2 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
    ("\n\r\ns3cret", "x:3 has no = and is no variable that is set."),
    ("=s3cret", "x:1 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
    ("s3cret: x", "x:1 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
    ("s3.cret=x", "x:1 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
    ("3=s3cret", "x:1 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
    ("A='b\nc'\nB='s3\ncret", "x:3 has a single quote that is never closed."),
    (#"A="s3cret\""#, "x:1 has a double quote that is never closed."),
    ("A='s3'cret", "x:1 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
    ("A='x\ny' s3cret", "x:2 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
    ("A=s3\0cret", "x:1 has a value that is no text in UTF-8."),
    (
      "AWS_LAMBDA_RUNTIME_API=s3cret",
      "x:1 cannot set AWS_LAMBDA_RUNTIME_API, because cruddur itself is the Runtime API."
    ),
    (
      "AWS_LAMBDA_MAX_CONCURRENCY=2",
      "x:1 cannot set AWS_LAMBDA_MAX_CONCURRENCY, because Lambda does; cruddur serve --max-concurrency plays it."
    ),
  ]

  @Test(arguments: faults)
  func `What is no such line is named by its number, and not shown`(text: String, sentence: String) {
    #expect(throws: InputError(sentence)) {
      var file = EnvironmentFile(Array(text.utf8), name: "x")
      _ = try file.variables(caller: [:])
    }
  }

  @Test func `What is no text is named`() {
    #expect(throws: InputError("x:2 has a value that is no text in UTF-8.")) {
      var file = EnvironmentFile(Array("A=b\nB=".utf8) + [0xFF], name: "x")
      _ = try file.variables(caller: [:])
    }
  }

  @Test(arguments: ["invoke", "serve"])
  func `A file that cannot be used is named before anything is started`(command: String) async throws {
    try await FakeBootstrap.with { bootstrap in
      let event = try bootstrap.write("1", to: "event.json")
      let file = try bootstrap.write("A=b\nnot s3cret\n", to: "variables")
      let arguments = command == "serve" ? ["--port", "0"] : [event]
      for (path, sentence) in [
        (file, "\(file):2 is neither KEY=VALUE nor a comment. It is not shown, because it may be a secret."),
        ("/nowhere/.env", "/nowhere/.env cannot be read: No such file or directory."),
        ("/dev/zero", "/dev/zero has more than 1048576 bytes, which no file of variables has."),
      ] {
        let outcome = try await CommandLineTool.run(
          [command] + arguments + ["--bootstrap", bootstrap.path, "--env-file", path])
        #expect(outcome.log == "cruddur: \(sentence)\n")
        #expect(outcome.status == 2 && outcome.output == "")
      }
      #expect(bootstrap.processes.isEmpty)
    }
  }

  @Test func `An option goes before a file, a later file before an earlier one, and both before the shell`()
    async throws
  {
    try await FakeBootstrap.with { bootstrap in
      let first = try bootstrap.write("A=first\nB=first\nC=first\nPGUSER=first\nPGHOST\n", to: "first")
      let second = try bootstrap.write("\u{FEFF}B='second'\r\nC=second\r\n", to: "second")
      let outcome = try await CommandLineTool.run(
        [
          "invoke", "-", "--bootstrap", bootstrap.path, "--env", "C=third", "--env", "PASSWORD", "--env-file", first,
          "--env-file", second,
        ],
        input: #""environment""#,
        environment: [
          "PASSWORD": "s3 = cret", "PGUSER": "shell", "PGHOST": "nowhere", "A": "shell", "OTHER": "not handed on",
        ])
      let variables = Set(outcome.output.split(separator: "\n"))
      let expected: Set<Substring> = [
        "A=first", "B=second", "C=third", "PASSWORD=s3 = cret", "PGUSER=first", "PGHOST=nowhere",
      ]
      #expect(expected.isSubset(of: variables), "\(outcome.output) \(outcome.log)")
      #expect(!outcome.output.contains("OTHER"))
    }
  }

  @Test func `serve takes the same options, and a pipe is a file`() async throws {
    try await FakeBootstrap.with { bootstrap in
      let variables = #"exec 3< <(printf '%s\n' 'A="piped"' ALLOW_ANONYMOUS_AUTHOR=0); export PASSWORD=s3cret; "#
      try await RunningServer.with(
        bootstrap, ["--env-file", "/dev/fd/3", "--env", "PASSWORD"], after: variables
      ) { server in
        let answer = try await server.send("/2015-03-31/functions/cruddur/invocations", body: #""environment""#)
        let lines = Set(answer.body.split(separator: "\n"))
        #expect(lines.isSuperset(of: ["A=piped", "PASSWORD=s3cret", "ALLOW_ANONYMOUS_AUTHOR=0"]), "\(answer.body)")
      }
    }
  }
}
