import Glibc
import LocalLambda

/// Writes answers to standard output: their exact bytes and a newline, unless that is a terminal, where a person reads
/// them.
struct AnswerWriter: Sendable {
  /// Whether only the body is wanted of an answer, which has to be an HTTP response.
  let bodyOnly: Bool
  /// Nil where bytes go out as they are.
  private let indenter: JSONIndenter?

  /// Makes a writer for standard output as it is; the variables are those of the process.
  init(bodyOnly: Bool, variables: [String: String]) {
    self.bodyOnly = bodyOnly
    guard isatty(STDOUT_FILENO) == 1 else {
      indenter = nil
      return
    }
    // https://no-color.org
    let isColored = (variables["NO_COLOR"] ?? "").isEmpty && variables["TERM"] != "dumb"
    indenter = JSONIndenter(isColored: isColored)
  }

  /// Writes an answer, or its body; false if it has none, because it is no HTTP response.
  func write(_ answer: [UInt8]) throws(Console.OutputFault) -> Bool {
    guard bodyOnly else {
      try Console.print(line(answer))
      return true
    }
    guard let response = HTTPAnswer(answer) else { return false }
    // An image, say, would not be the same with a newline.
    try Console.print(response.isText ? line(response.body) : response.body)
    return true
  }

  private func line(_ bytes: [UInt8]) -> [UInt8] {
    (indenter?.indent(bytes) ?? bytes) + [UInt8(ascii: "\n")]
  }
}
