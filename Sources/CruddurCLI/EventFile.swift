import Glibc
import JSON
import LocalLambda

/// An event that was read from a file, or from standard input, and is JSON.
struct EventFile: Equatable {
  /// How the user calls it.
  let name: String
  let bytes: [UInt8]

  /// Reads and checks the file at a path; `-` is standard input.
  ///
  /// - Throws: ``InputError`` that names the file.
  init(path: String) throws(InputError) {
    name = path == "-" ? "standard input" : path
    bytes = try Self.read(path, name)
    do {
      // However deep it is: that is for the function to judge.
      _ = try JSONDocument(bytes, maximumDepth: .max)
    } catch {
      throw InputError("\(name) is not an event: \(error).")
    }
  }

  private static func read(_ path: String, _ name: String) throws(InputError) -> [UInt8] {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputError("\(name) cannot be read: \(InputError.lastSystemError).") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= Function.maximumPayloadBytes {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw InputError("\(name) cannot be read: \(InputError.lastSystemError).") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
    throw InputError("\(name) has more than \(Function.maximumPayloadBytes) bytes, which Lambda does not take.")
  }
}
