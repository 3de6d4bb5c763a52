import Dispatch
import Glibc

/// Where the command line writes: answers on standard output, everything else on standard error.
enum Console {
  /// Why standard output takes no more.
  enum OutputFault: Error, Equatable {
    /// Whoever read it has read enough, as `head` does.
    case closed
    case unwritable
  }

  /// Writes an answer's exact bytes and a newline; false if standard output takes no more.
  @discardableResult
  static func printResponse(_ bytes: [UInt8]) -> Bool {
    (try? print(bytes + [UInt8(ascii: "\n")])) != nil
  }

  /// Writes bytes and a newline to standard output; whoever has closed it has read enough.
  ///
  /// - Throws: ``InputError`` where it takes no more for any other reason, such as a full disk.
  static func printLine(_ bytes: [UInt8]) throws(InputError) {
    do throws(OutputFault) {
      try print(bytes + [UInt8(ascii: "\n")])
    } catch {
      guard error == .closed else { throw InputError("Standard output cannot be written to.") }
    }
  }

  /// Writes to standard output, as it is.
  static func print(_ bytes: [UInt8]) throws(OutputFault) {
    switch write(bytes, to: STDOUT_FILENO) {
    case 0: return
    case EPIPE: throw .closed
    default: throw .unwritable
    }
  }

  /// Writes one line that says who speaks.
  static func log(_ sentence: String) {
    writeError("cruddur: \(sentence)\n")
  }

  /// Writes to standard error, as it is.
  static func writeError(_ text: String) {
    writeError(Array(text.utf8))
  }

  /// Writes to standard error, as it is.
  static func writeError(_ bytes: [UInt8]) {
    _ = write(bytes, to: STDERR_FILENO)
  }

  /// Writes all bytes; otherwise the system's error.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      let error = count < 0 ? errno : 0
      if error == EAGAIN {
        // Whoever made the pipe may have made it non-blocking, and may be slow to read.
        var pipe = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&pipe, 1, -1)
      } else if error != 0 && error != EINTR {
        return error
      }
      rest = rest.dropFirst(max(0, count))
    }
    return 0
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
