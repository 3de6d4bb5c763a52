import Glibc

/// A program that can be started.
struct Executable: Equatable {
  /// Absolute, with symbolic links resolved.
  let path: String

  /// Checks a program, whose path may be relative.
  ///
  /// - Throws: ``InputError`` that names the path.
  init(path: String) throws(InputError) {
    guard let resolved = realpath(path, nil) else {
      throw InputError("The bootstrap \(path) cannot be started: \(InputError.lastSystemError).")
    }
    defer { free(resolved) }
    self.path = String(cString: resolved)
    var status = stat()
    guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw InputError("The bootstrap \(path) cannot be started: it is not a file.")
    }
    guard access(resolved, X_OK) == 0 else {
      throw InputError("The bootstrap \(path) cannot be started: it is not executable.")
    }
  }

  /// The path of a program in the folder of the running one.
  static func besideThisOne(_ name: String) throws(InputError) -> String {
    guard let own = realpath("/proc/self/exe", nil) else {
      throw InputError("The folder of cruddur cannot be found: \(InputError.lastSystemError).")
    }
    defer { free(own) }
    let path = String(cString: own)
    return path[...(path.lastIndex(of: "/") ?? path.startIndex)] + name
  }
}

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
