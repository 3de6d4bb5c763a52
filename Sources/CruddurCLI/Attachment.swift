import Foundation

/// What a person needs to start the function's bootstrap in a debugger, as `serve --attach` says it.
struct Attachment {
  let executable: String
  /// What the process needs in its environment.
  let variables: [String: String]
  /// Those that the person's own shell has, some of which are secrets: they are named, not shown.
  let caller: [String: String]

  /// A line for a shell in which the program, or a debugger with it, is started then, and an entry of Visual Studio
  /// Code's launch.json.
  var instructions: String {
    """
    cruddur: waiting for a bootstrap at \(variables["AWS_LAMBDA_RUNTIME_API"] ?? ""). In a shell, before the debugger:
    \(shellLine)
    cruddur: or in Visual Studio Code, among the configurations of .vscode/launch.json:
    \(launchEntry)
    """
  }

  /// Sets the variables, for a POSIX shell.
  var shellLine: String {
    let assignments = names.map { "\($0)=\(isCallers($0) ? "\"$\($0)\"" : (variables[$0] ?? "").shellWord)" }
    return "export " + assignments.joined(separator: " ")
  }

  /// Starts the program with Swift's own extension: <https://docs.swift.org/vscode/documentation/userdocs/debugging>.
  var launchEntry: String {
    let environment = names.map { ($0, isCallers($0) ? "${env:\($0)}" : variables[$0] ?? "") }
    let entry: [String: Any] = [
      "name": "bootstrap for cruddur serve --attach", "type": "swift", "request": "launch", "program": executable,
      "env": Dictionary(uniqueKeysWithValues: environment),
    ]
    let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? JSONSerialization.data(withJSONObject: entry, options: options))
      .map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// A debugger needs the shell's own, and the program does not.
  private var names: [String] { variables.keys.filter { !["PATH", "LANG", "LD_LIBRARY_PATH"].contains($0) }.sorted() }

  private func isCallers(_ name: String) -> Bool { caller[name] != nil && caller[name] == variables[name] }
}
