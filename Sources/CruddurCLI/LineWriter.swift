import Dispatch

/// Writes lines to standard output in their order, and lets nobody wait who has one to write: a reader that is slow, or
/// stopped, must not hold up a server.
final class LineWriter: Sendable {
  private let queue = DispatchQueue(label: "LineWriter")

  /// Writes a line, later.
  func write(_ line: String) {
    // Lines that nobody reads are not worth a word.
    queue.async { Console.printAnswer(Array(line.utf8)) }
  }

  /// Waits for the lines given so far, half a second at most.
  func finish() {
    let written = DispatchSemaphore(value: 0)
    queue.async { written.signal() }
    _ = written.wait(timeout: .now() + .milliseconds(500))
  }
}
