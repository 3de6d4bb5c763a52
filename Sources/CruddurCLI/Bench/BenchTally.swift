import LocalLambda
import Synchronization

/// What has become of the sign-ups that a function was given, counted while it runs.
final class BenchTally: Sendable {
  struct Counts: Equatable {
    /// How many were answered as Cognito expects.
    var answered = 0
    /// How many were not.
    var errors = 0
    /// Of those that were answered, how many have no row, or somebody else's data in it.
    var lost = 0
    /// What was wrong, for the first few.
    var sentences: [String] = []
  }

  private static let maximumSentences = 5
  private let state = Mutex((counts: Counts(), unchecked: Set<Int>()))

  var counts: Counts { state.withLock { $0.counts } }

  /// How many events have ended, for whoever watches.
  var ended: Int { state.withLock { $0.counts.answered + $0.counts.errors } }

  /// The numbers of those that were answered as Cognito expects since this was asked last.
  func takeAnswered() -> Set<Int> {
    state.withLock { state in
      defer { state.unchecked = [] }
      return state.unchecked
    }
  }

  /// Takes note of how an invocation ended; one that was broken off counts for nothing.
  func note(_ signUp: SignUp, _ result: InvocationResult, timeout: Duration) {
    switch result {
    case .response(let answer) where signUp.isAnswered(by: answer):
      state.withLock {
        $0.counts.answered += 1
        $0.unchecked.insert(signUp.number)
      }
    case .response(let answer):
      fail("sign-up \(signUp.number): a wrong answer: \(String(decoding: answer.prefix(1000), as: UTF8.self))")
    case .cancelled: break
    default:
      fail(result.failure(of: "sign-up \(signUp.number)", timeout: timeout) ?? "sign-up \(signUp.number): no answer.")
    }
  }

  /// Takes note of an error.
  func fail(_ sentence: String) {
    state.withLock {
      $0.counts.errors += 1
      if $0.counts.sentences.count < Self.maximumSentences { $0.counts.sentences.append(sentence) }
    }
  }

  /// Takes note of those who were answered and are not in the database as they should be.
  func lose(_ numbers: Set<Int>) {
    state.withLock { $0.counts.lost += numbers.count }
  }
}
