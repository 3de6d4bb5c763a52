import Dispatch
import Glibc

/// Where the command line writes: answers on standard output, everything else on standard error.
enum Console {
  /// Writes an answer's exact bytes and a newline; false if nobody reads standard output any more.
  @discardableResult
  static func printResponse(_ bytes: [UInt8]) -> Bool {
    write(bytes + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
  }

  /// Writes one line that says who speaks.
  static func log(_ sentence: String) {
    _ = write(Array("cruddur: \(sentence)\n".utf8), to: STDERR_FILENO)
  }

  /// Writes to standard error, as it is.
  static func writeError(_ text: String) {
    _ = write(Array(text.utf8), to: STDERR_FILENO)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EAGAIN {
        // Whoever made the pipe may have made it non-blocking, and may be slow to read.
        var pipe = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&pipe, 1, -1)
      } else if count < 0 && errno != EINTR {
        return false
      }
      rest = rest.dropFirst(max(0, count))
    }
    return true
  }
}

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
