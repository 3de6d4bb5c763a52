import ArgumentParser

/// `cruddur new`: a package with a function of one's own, which builds, is tested and runs as it is.
struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a package with a function of your own.",
    discussion: """
      Makes the folder NAME, which must not be there or must be empty: a Swift package with a function of the kind that \
      you choose, its tests, events to try it with, and a script that builds it for Lambda and gives it to your own \
      aws. If anything fails, nothing is left of it. What to type next is printed.

      --kind event takes JSON of a form of your own and answers with JSON; http answers to requests of an HTTP API or a \
      function URL; cognito is for a user pool's triggers, at a sign-up and its confirmation; sqs takes the messages of \
      a queue.

      The package depends on the one that cruddur itself was built in, by its path. --package names another path, or a \
      URL of a Git repository, with a version (https://…/cruddur@1.2.0, and what comes after it up to 2.0.0), a branch \
      or a commit; without any it is the branch main.

      In its folder, cruddur invoke and cruddur serve take .build/debug/function as the bootstrap, once swift build has \
      made it.

      The exit status is 0 if the package was written, otherwise 2.
      """)

  @Argument(
    help: ArgumentHelp(
      "What the function is called: letters, digits, - and _, the first one a letter.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("What it handles.", valueName: "kind"))
  var kind = FunctionKind.event

  @Option(
    help: ArgumentHelp(
      "The package to depend on. (default: the one that cruddur was built in)", valueName: "path-or-url[@version]"))
  var package: String?

  func validate() throws {
    do throws(InputError) {
      _ = try FunctionName(name)
    } catch {
      throw ValidationError(error.description)
    }
  }

  func run() throws {
    let name = try FunctionName(name)
    let source = if let package { try PackageSource(argument: package) } else { try PackageSource.ofThisProgram() }
    try FunctionPackage(name: name, kind: kind, source: source).write()
    let lines = [
      "The folder \(name) has \(kind.summary). Next:", "", "  cd \(name)", "  swift build", "  swift test",
      "  \(try Executable.ownCommand()) invoke events/\(kind.events[0].name).json",
    ]
    Console.printResponse(Array(lines.joined(separator: "\n").utf8))
  }
}
