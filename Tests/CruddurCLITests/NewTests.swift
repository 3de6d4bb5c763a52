import Glibc
import Testing

@testable import CruddurCLI

/// What `cruddur new` refuses, and what it leaves behind then; that what it writes works is for `Tests/Deploy/new.bats`.
@Suite(.timeLimit(.minutes(1)))
struct NewTests {
  @Test(arguments: [
    ("hello", "Hello"), ("send-welcome", "SendWelcome"), ("v2_of-it", "V2OfIt"), ("aB", "AB"),
    ("trailing-", "Trailing"),
    ("a--b", "AB"), ("json", "Json"),
  ])
  func `A name makes a module`(name: String, module: String) throws {
    #expect(try FunctionName(name).module == module)
    #expect(try FunctionName(name).description == name)
  }

  @Test(arguments: ["", "1st", "-a", "_a", "a b", "a/b", "..", "ä", "aé", "a.b", "a\n", "a\"b"])
  func `A name that can be no function's is refused`(name: String) {
    #expect(
      throws: InputError(
        "The name '\(name)' has to begin with a letter, and may have only ASCII's letters, digits, - and _.")
    ) { try FunctionName(name) }
  }

  @Test(arguments: ["JSON", "lambda-Runtime", "postgres", "testing", "swift", "self", "in-memory-logging", "runtime"])
  func `A name that would hide another module is refused`(name: String) {
    let error = #expect(throws: InputError.self) { try FunctionName(name) }
    #expect(error?.description.hasSuffix("and there is one of that name already.") == true)
  }

  @Test(arguments: [
    ("lambdas", PackageSource.path("/home/ana/Lambdas")),
    ("Lambdas", PackageSource.repository(url: "git@example.com:lambdas.git", .branch("main"))),
  ])
  func `A name that Swift takes for that of the package it depends on is refused`(
    name: String, source: PackageSource
  ) {
    #expect(
      throws: InputError(
        "The name '\(name)' is that of the folder or repository that the function would depend on, and Swift would "
          + "take both for one package.")
    ) { try FunctionPackage(name: FunctionName(name), kind: .event, source: source) }
  }

  @Test func `A name has forty characters at most`() throws {
    let longest = String(repeating: "a", count: 40)
    #expect(try FunctionName(longest).module == "A" + longest.dropFirst())
    #expect(throws: InputError("The name '\(longest)a' has 41 characters, more than 40.")) {
      try FunctionName(longest + "a")
    }
  }

  @Test(arguments: [
    ("https://example.com/me/cruddur@1.2.0", #"url: "https://example.com/me/cruddur", from: "1.2.0""#),
    ("https://me@example.com/cruddur.git", #"url: "https://me@example.com/cruddur.git", branch: "main""#),
    ("git@example.com:me/cruddur.git@next", #"url: "git@example.com:me/cruddur.git", branch: "next""#),
    ("git@example.com:cruddur", #"url: "git@example.com:cruddur", branch: "main""#),
    ("ssh://git@example.com/cruddur@1.2", #"url: "ssh://git@example.com/cruddur", branch: "1.2""#),
    (
      "file:///cruddur@0123456789abcdef0123456789abcdef01234567",
      #"url: "file:///cruddur", revision: "0123456789abcdef0123456789abcdef01234567""#
    ),
    (#"https://example.com/"\/cruddur"#, #"url: "https://example.com/\"\\/cruddur", branch: "main""#),
  ])
  func `A URL is a dependency, with a version, a branch or a commit`(argument: String, dependency: String) throws {
    let source = try PackageSource(argument: argument)
    #expect(source.dependency == ".package(\(dependency), traits: [])")
    #expect(source.identity == "cruddur")
  }

  @Test func `A package of another name is depended on by that`() throws {
    #expect(try PackageSource(argument: "https://example.com/lambda.git@1.0.0").identity == "lambda")
  }

  @Test(arguments: [
    ("/nowhere", "--package names /nowhere, which cannot be found: No such file or directory."),
    ("/", "--package names /, which has no Package.swift of the package cruddur."),
    ("", "--package names , which cannot be found: No such file or directory."),
    ("a\nb", "--package has a control character."),
    (
      "https://example.com/cruddur@",
      "--package ends with an @, behind which there is no version, branch or commit."
    ),
  ])
  func `What is no package is refused by name`(argument: String, sentence: String) {
    #expect(throws: InputError(sentence)) { try PackageSource(argument: argument) }
  }

  @Test func `What was filled into a template is not filled again`() throws {
    let source = PackageSource.path("/FUNCTION_NAME/FunctionModule")
    let package = try FunctionPackage(name: FunctionName("FUNCTION_EVENT"), kind: .event, source: source)
    let manifest = try #require(package.files.first { $0.path == "Package.swift" }).content
    #expect(manifest.contains(#"name: "FUNCTION_EVENT""#))
    #expect(manifest.contains(#"path: "/FUNCTION_NAME/FunctionModule""#))
  }

  @Test(arguments: FunctionKind.allCases)
  func `No placeholder is left`(kind: FunctionKind) throws {
    for file in try FunctionPackage(name: FunctionName("hello"), kind: kind, source: .path("/cruddur")).files {
      for placeholder in ["FUNCTION_", "PACKAGE_", "FunctionModule", "packageDependency"] {
        #expect(!file.content.contains(placeholder), "\(file.path)")
      }
    }
  }

  @Test(arguments: [
    ("mkdir hello", 0, ""),
    ("mkdir hello; touch hello/.hidden", 2, "hello is there already, and is no empty folder."),
    ("touch hello", 2, "hello is there already, and is no empty folder."),
    ("mkdir other; ln -s other hello", 2, "hello is there already, and is no empty folder."),
    ("ln -s nowhere hello", 2, "hello is there already, and is no empty folder."),
    ("trap '' XFSZ; ulimit -f 1", 2, "hello cannot be made: File too large."),
    ("mkdir gone; cd gone; rmdir ../gone", 2, "hello cannot be made: No such file or directory."),
  ])
  func `It is made whole or not at all`(before: String, status: Int32, sentence: String) async throws {
    let outcome = try await shell(
      """
      cd "$folder"; \(before)
      before=$(find "$folder")
      "$cruddur" new hello --package "$package" >/dev/null
      status=$?
      [[ $(find "$folder") == "$before" ]] && echo unchanged
      exit $status
      """)
    #expect(outcome.log == (sentence.isEmpty ? "" : "cruddur: \(sentence)\n"))
    #expect(outcome.status == status)
    #expect(outcome.output == (status == 0 ? "" : "unchanged\n"))
  }

  @Test(arguments: [
    ("a/b", "The name 'a/b' has to begin with a letter, and may have only ASCII's letters, digits, - and _."),
    ("hello --kind ftp", "The value 'ftp' is invalid for '--kind <kind>'"),
    ("hello --package /", "--package names /, which has no Package.swift of the package cruddur."),
  ])
  func `What makes no sense is said in words, and nothing is made`(arguments: String, sentence: String) async throws {
    let outcome = try await shell(#"cd "$folder" && "$cruddur" new \#(arguments); echo "$?" *"#)
    #expect(outcome.log.hasPrefix("cruddur: \(sentence)"))
    #expect(outcome.output == "2 *\n")
  }

  @Test func `A cruddur that has left its package wants to be told where it is`() async throws {
    let outcome = try await shell(#"cp "$cruddur" "$folder" && cd "$folder" && ./cruddur new hello; echo * .[a-z]*"#)
    #expect(
      outcome.log
        == "cruddur: cruddur is not in the folder of its package any more, so that a function cannot depend on "
        + "it there: say with --package where the package is.\n")
    #expect(outcome.output == "cruddur .[a-z]*\n")
  }

  @Test(arguments: [("$cruddur", "$cruddur"), ("PATH=${cruddur%/*}:$PATH cruddur", "cruddur")])
  func `The command to type is one that the shell finds`(typed: String, told: String) async throws {
    let outcome = try await shell(
      """
      cd "$folder" && \(typed) new hello --package "$package" | tail -n 1
      echo "  \(told) invoke events/greeting.json"
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first == lines.last)
  }

  @Test func `A package that is not built is said to be none yet`() async throws {
    let outcome = try await shell(
      """
      cd "$folder" && "$cruddur" new hello --package "$package" >/dev/null
      cd hello && "$cruddur" invoke events/*
      """)
    let sentence = "The package in this folder has not been built yet: swift build makes .build/debug/function."
    #expect(outcome.log == "cruddur: \(sentence)\n")
    #expect(outcome.status == 2)
  }

  /// Runs lines of Bash, with an empty folder in `$folder`, and `$cruddur` and its `$package`.
  private func shell(_ lines: String) async throws -> CommandLineTool.Outcome {
    let cruddur = try #require(realpath(try CommandLineTool.folder() + "/cruddur", nil))
    defer { free(cruddur) }
    var package = String(cString: cruddur)
    if case .path(let path) = try PackageSource.ofThisProgram() { package = path }
    return try await CommandLineTool.bash(
      "folder=$(mktemp -d) && trap 'rm -r \"$folder\"' EXIT\n" + lines,
      environment: ["cruddur": String(cString: cruddur), "package": package])
  }
}
