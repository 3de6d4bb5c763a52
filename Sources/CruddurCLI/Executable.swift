import Foundation

/// A program that can be started.
struct Executable: Equatable {
  /// Absolute, with symbolic links resolved.
  let path: String

  /// Checks a program, whose path may be relative, and which is called `role` where it is of no use.
  ///
  /// - Throws: ``InputError`` that names the path.
  init(path: String, role: String = "bootstrap") throws(InputError) {
    guard let resolved = realpath(path, nil) else {
      throw InputError("The \(role) \(path) cannot be started: \(InputError.lastSystemError).")
    }
    defer { free(resolved) }
    self.path = String(cString: resolved)
    var status = stat()
    guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw InputError("The \(role) \(path) cannot be started: it is not a file.")
    }
    guard access(resolved, X_OK) == 0 else {
      throw InputError("The \(role) \(path) cannot be started: it is not executable.")
    }
  }

  /// How many bytes it has; 0 where it is gone.
  var bytes: Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// What is started where no bootstrap is named: the function of the package in the current folder, if `cruddur new` has
  /// made it, or otherwise `bootstrap` beside the running program.
  static func byDefault() throws(InputError) -> Executable {
    let path = try defaultPath()
    guard path != packagedFunction || access(path, F_OK) == 0 else {
      throw InputError("The package in this folder has not been built yet: swift build makes \(path).")
    }
    return try Executable(path: path)
  }

  /// The path of ``byDefault()``, where there may be nothing yet.
  static func defaultPath() throws(InputError) -> String {
    let manifest = try? String(contentsOfFile: "Package.swift", encoding: .utf8)
    if manifest?.contains(".executable(name: \"function\"") == true { return packagedFunction }
    return folder(of: try own()) + "/bootstrap"
  }

  private static let packagedFunction = ".build/debug/function"

  /// The path of the running program, with symbolic links resolved.
  static func own() throws(InputError) -> String {
    guard let own = realpath("/proc/self/exe", nil) else {
      throw InputError("The folder of cruddur cannot be found: \(InputError.lastSystemError).")
    }
    defer { free(own) }
    return String(cString: own)
  }

  /// What a person types to run this program, in whatever folder: `cruddur` where PATH leads here, or its path.
  static func ownCommand() throws(InputError) -> String {
    let own = try own()
    for folder in (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":") where folder.hasPrefix("/") {
      guard let found = realpath("\(folder)/cruddur", nil) else { continue }
      defer { free(found) }
      if access(found, X_OK) == 0 { return String(cString: found) == own ? "cruddur" : own.shellWord }
    }
    return own.shellWord
  }

  private static func folder(of path: String) -> Substring {
    path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
  }
}

extension String {
  /// In quotes, if the shell would make something else of it.
  var shellWord: String {
    let isPlain =
      !isEmpty
      && utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
    if isPlain { return self }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
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
