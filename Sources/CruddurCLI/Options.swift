import ArgumentParser
import LocalLambda

/// A host under which somebody forwards the port, as a browser's `Host` has it: a name or an address, and the port if it
/// is not the scheme's own.
struct ForwardedHost: ExpressibleByArgument, Equatable {
  /// In lower case.
  let authority: String

  /// Nil for what is no host: a URL, a path, or a pattern, because each host is admitted by its whole name.
  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard let host = parts.first, !host.isEmpty, host.utf8.allSatisfy(\.isHostByte) else { return nil }
    guard parts.count == 1 || parts.count == 2 && UInt16(parts[1]) != nil else { return nil }
    authority = argument.lowercased()
  }
}

extension UInt8 {
  /// A letter, a digit, a hyphen, an underscore or a dot.
  fileprivate var isHostByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

/// The option `--timeout`: how long an invocation may take.
enum Timeout {
  /// Checks a number of seconds.
  static func validate(_ seconds: Double) throws(ValidationError) {
    guard seconds > 0, seconds <= 900 else {
      throw ValidationError("--timeout is \(seconds), but must be more than 0 and at most 900 seconds.")
    }
  }
}

/// The option `--trigger`.
extension PoolTrigger {
  /// All names, in a sentence.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Reads one.
  init(argument: String) throws(ValidationError) {
    guard let trigger = PoolTrigger(rawValue: argument) else {
      throw ValidationError("--trigger is \(argument), but must be one of \(Self.names).")
    }
    self = trigger
  }

  /// Checks those of a command line.
  static func validate(_ triggers: [PoolTrigger]) throws(ValidationError) {
    guard !Set(triggers).isSuperset(of: [.preTokenGeneration, .preTokenGenerationV2]) else {
      throw ValidationError("--trigger can name PreTokenGeneration in one version alone.")
    }
  }
}
