import Glibc

/// A file, or standard input, that is read whole.
enum WholeFile {
  /// What the user calls the file at a path: `-` is standard input.
  static func name(of path: String) -> String { path == "-" ? "standard input" : path }

  /// Reads the file at a path, which may be a pipe.
  ///
  /// - Throws: ``InputError`` that names the file if it cannot be read; `excess` if it has more than `maximum` bytes.
  static func read(_ path: String, maximum: Int, excess: InputError) throws(InputError) -> [UInt8] {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputError("\(name(of: path)) cannot be read: \(InputError.lastSystemError).") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= maximum {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw InputError("\(name(of: path)) cannot be read: \(InputError.lastSystemError).") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
    throw excess
  }
}
