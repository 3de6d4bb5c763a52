import Glibc
import Synchronization

/// The process's standard error, which Lambda sends to CloudWatch Logs.
package enum StandardError {
  /// A pipe takes lines of more than 4 KiB in parts, between which those of another thread could come.
  private static let lock = Mutex(())

  /// Writes a line with one write(2), so that lines of several threads never mix.
  ///
  /// Only a line that the system takes in parts needs more than one call; one that it does not take at all is given up: there is nowhere to say so.
  package static func write(_ line: [UInt8]) {
    write(line, to: STDERR_FILENO)
  }

  static func write(_ line: [UInt8], to descriptor: CInt) {
    lock.withLock { _ in
      line.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          if written < 0 && errno == EINTR { continue }
          guard written > 0 else { return }
          rest = rest.dropFirst(written)
        }
      }
    }
  }

  static func write(_ line: String) {
    write(Array(line.utf8))
  }
}
