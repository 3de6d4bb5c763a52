import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// The switches of a real PostgreSQL: a program that somebody who owns it has given, which is run with `stop`, `start`,
/// `freeze SECONDS` or `status`.
///
/// It prints what the database is when it is done, `running`, `stopped` or `frozen`, and what is wrong on standard error.
/// `freeze` lets the database go on after that time, whoever ends the program meanwhile.
public struct DatabaseControl: Sendable {
  /// What a database is.
  enum State: String {
    case running, stopped, frozen
  }

  enum Order: Equatable {
    case stop, start, status
    case freeze(seconds: Int)

    var arguments: [String] {
      switch self {
      case .stop: ["stop"]
      case .start: ["start"]
      case .status: ["status"]
      case .freeze(let seconds): ["freeze", "\(seconds)"]
      }
    }
  }

  /// Why an order was not carried out, in a sentence.
  struct Failure: Error, Equatable {
    let sentence: String
  }

  private let program: String

  /// Takes the absolute path of the program.
  public init(program: String) {
    self.program = program
  }

  /// Carries out an order, and says what the database is then.
  func run(_ order: Order, limit: Duration = .seconds(90)) async -> Result<State, Failure> {
    await within(limit) { await start(order) }
      ?? .failure(Failure(sentence: "The switch did not come to an end within \(Int(limit / .seconds(1))) s."))
  }

  private func start(_ order: Order) async -> Result<State, Failure> {
    var options = PlatformOptions()
    // A group of its own: a terminal's Ctrl-C comes to us alone, and half of a start would be worse than none.
    options.processGroupID = 0
    do {
      let result = try await Subprocess.run(
        .path(FilePath(program)), arguments: Arguments(order.arguments), platformOptions: options, input: .none,
        output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
      if case .exited(0) = result.terminationStatus {
        let said = result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        if let state = State(rawValue: said) { return .success(state) }
        let sentence = "The switch said \(said.debugDescription) instead of running, stopped or frozen."
        return .failure(Failure(sentence: sentence))
      }
      let said = result.standardError.split(separator: "\n").last.map { String($0) }
      return .failure(Failure(sentence: said ?? "The switch failed: \(result.terminationStatus)."))
    } catch {
      return .failure(Failure(sentence: "The switch could not be started: \(error)"))
    }
  }
}
