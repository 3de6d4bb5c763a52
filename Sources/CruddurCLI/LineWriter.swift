import Dispatch

/// Writes lines to the console in their order, and lets nobody wait who has one to write: a reader that is slow, or
/// stopped, must not hold up a server.
final class LineWriter: Sendable {
  private let queue = DispatchQueue(label: "LineWriter")
  private let put: @Sendable (String) -> Void

  /// Makes a writer whose lines go one after the other to `put`, which may wait.
  init(_ put: @escaping @Sendable (String) -> Void) {
    self.put = put
  }

  /// Writes a line, later.
  func write(_ line: String) {
    queue.async { [put] in put(line) }
  }

  /// Waits for the lines given so far, half a second at most.
  func finish() {
    let written = DispatchSemaphore(value: 0)
    queue.async { written.signal() }
    _ = written.wait(timeout: .now() + .milliseconds(500))
  }
}
