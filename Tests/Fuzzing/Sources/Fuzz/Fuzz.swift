import CLibFuzzer
import Glibc

/// libFuzzer over one of the targets, which `--target=NAME` chooses; all other arguments are libFuzzer's own:
/// <https://llvm.org/docs/LibFuzzer.html#options>.
@main
enum Fuzz {
  /// What an input is handed to. It traps by ``check(_:_:)`` where something does not hold that has to.
  typealias Target = ([UInt8]) -> Void

  /// Each with what makes it, so that only the one that was chosen starts what it needs.
  static let targets: [String: @Sendable () -> Target] = [
    "json": { JSONTarget.run },
    "response-head": { ResponseHeadTarget().run },
    "cognito": { CognitoTarget.run },
    "http": { HTTPTarget().run },
    "connection-string": { ConnectionStringTarget().run },
    "errors": { ErrorsTarget.run },
    "values": { ValuesTarget.run },
    "server": { ServerTarget().run },
  ]

  nonisolated(unsafe) private static var target: Target = { _ in }

  static func main() {
    // libFuzzer starts the program again for itself, with all of its arguments but those of its own that it changes. It
    // leaves alone those that begin with two hyphens.
    let name = CommandLine.arguments.lazy.filter { $0.hasPrefix("--target=") }.first?.dropFirst("--target=".count)
    guard let name, let make = targets[String(name)] else {
      print("usage: Fuzz --target=NAME [libFuzzer's arguments], where NAME is one of:")
      for name in targets.keys.sorted() { print("  \(name)") }
      exit(2)
    }
    // The caller's servers and passwords are none of a fuzzer's business.
    for variable in environment() where variable.hasPrefix("PG") { unsetenv(variable) }
    target = make()
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
        Fuzz.target([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      })
  }

  /// The names of the environment's variables.
  private static func environment() -> [String] {
    var names: [String] = []
    var variable = environ
    while let text = variable.pointee {
      names.append(String(String(cString: text).prefix { $0 != "=" }))
      variable += 1
    }
    return names
  }
}
