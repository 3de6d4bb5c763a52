import Glibc

/// The process's standard error, which Lambda sends to CloudWatch Logs.
enum StandardError {
  /// Writes a line with one write(2), so that lines of several threads never mix.
  ///
  /// Only a line that the system takes in parts needs more than one call; one that it does not take at all is given up: there is nowhere to say so.
  static func write(_ line: [UInt8]) {
    line.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
  }

  static func write(_ line: String) {
    write(Array(line.utf8))
  }
}
