import Glibc

/// An input for which nothing is started: one sentence that names it.
struct InputError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  /// What the last system call that failed has to say.
  static var lastSystemError: String {
    String(cString: strerror(errno))
  }
}
