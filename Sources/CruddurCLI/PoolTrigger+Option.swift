import ArgumentParser
import LocalLambda

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
