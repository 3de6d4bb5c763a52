import ArgumentParser
import Foundation

/// The function's configuration: `--env` and `--env-file`.
struct EnvironmentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A variable of the function's environment; KEY alone is the shell's of that name; may be given again.",
      valueName: "key[=value]"),
    completion: .custom { _, _, _ in ProcessInfo.processInfo.environment.keys.sorted() })
  var env: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file of such variables, a line each, as docker and dotenv take it; may be given again.", valueName: "file"),
    completion: .file())
  var envFile: [String] = []

  /// How `--help` explains what the function sees; `shell` is what it has of the shell's, and `own` what else it gets.
  static func discussion(
    shell: String = "CONNECTION_URL, PG* and LD_LIBRARY_PATH", _ own: String = ""
  ) -> String {
    """
    The function sees Lambda's environment variables, \(shell) if they are set,\(own) and \
    those of --env-file and --env, but no others. --env goes before --env-file, a later file before an earlier one, and \
    both before what the shell has. So that a password need not be an argument, --env CONNECTION_URL hands on the \
    shell's. In a file # begins a comment, a value in quotes may have several lines, \\n and the like are escapes in \
    double quotes alone, and $ stands for itself.
    """
  }

  func validate() throws {
    _ = try ofCommandLine()
    guard envFile.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("Standard input can be read only once.")
    }
  }

  /// All variables; of equal ones the one that counts.
  ///
  /// - Throws: ``InputError`` that names the file, and the line, which cannot be used.
  func variables() throws -> [String: String] {
    var variables: [Variable] = []
    for path in envFile {
      let name = WholeFile.name(of: path)
      let excess = InputError("\(name) has more than 1048576 bytes, which no file of variables has.")
      var file = EnvironmentFile(try WholeFile.read(path, maximum: 1 << 20, excess: excess), name: name)
      variables += try file.variables(caller: ProcessInfo.processInfo.environment)
    }
    return Dictionary((variables + (try ofCommandLine())).map { ($0.key, $0.value) }) { $1 }
  }

  private func ofCommandLine() throws(ValidationError) -> [Variable] {
    var variables: [Variable] = []
    for argument in env { variables.append(try Variable(argument, caller: ProcessInfo.processInfo.environment)) }
    return variables
  }
}

/// An environment variable of the function's configuration.
struct Variable: Equatable {
  let key: String
  let value: String

  init(key: String, value: String) {
    (self.key, self.value) = (key, value)
  }

  /// Reads `KEY=VALUE`, or `KEY`, which takes the caller's.
  ///
  /// - Throws: An error that has the name where it is one, but never the value.
  init(_ argument: String, caller: [String: String]) throws(ValidationError) {
    let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
    let key = String(argument[..<(equals ?? argument.endIndex)])
    guard Self.isName(key) else {
      throw ValidationError(
        "--env takes KEY=VALUE or KEY, and a key has letters, digits and underscores alone. What was given is not shown, "
          + "because it may be a secret.")
    }
    if let reason = Self.reasonNotToSet(key) { throw ValidationError("--env cannot set \(key), because \(reason).") }
    if let equals {
      self.init(key: key, value: String(argument[argument.utf8.index(after: equals)...]))
    } else if let value = caller[key] {
      self.init(key: key, value: value)
    } else {
      throw ValidationError("--env \(key) has no value, and the shell has no variable of that name.")
    }
  }

  /// Whether Lambda would take it, or sets one like it: a letter or an underscore, and then digits, too.
  static func isName(_ key: String) -> Bool {
    guard let first = key.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return key.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  /// Why a variable is not the configuration's to set; nil if it is.
  static func reasonNotToSet(_ key: String) -> String? {
    switch key {
    case "AWS_LAMBDA_RUNTIME_API": "cruddur itself is the Runtime API"
    case "AWS_LAMBDA_MAX_CONCURRENCY": "Lambda does; cruddur serve --max-concurrency plays it"
    default: nil
    }
  }
}
