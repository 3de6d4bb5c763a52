import Foundation

/// Where the package is that a new function depends on: this one.
enum PackageSource: Equatable {
  /// A folder, by its absolute path.
  case path(String)
  /// A Git repository, and which of its commits.
  case repository(url: String, Requirement)

  /// Which commit of a repository it is.
  enum Requirement: Equatable {
    /// A version, or a later one that is compatible.
    case version(String)
    case branch(String)
    case commit(String)
  }

  /// Reads `--package`: a path, or a URL and, behind its last `@`, a version, a branch or a commit.
  ///
  /// - Throws: ``InputError`` that says what is wrong with it.
  init(argument: String) throws(InputError) {
    guard argument.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
      throw InputError("--package has a control character.")
    }
    guard Self.isURL(argument) else {
      guard let path = Self.resolved(argument) else {
        throw InputError("--package names \(argument), which cannot be found: \(InputError.lastSystemError).")
      }
      guard Self.isThisPackage(path) else {
        throw InputError("--package names \(argument), which has no Package.swift of the package cruddur.")
      }
      self = .path(path)
      return
    }
    // The one before a host, as in git@github.com:me/cruddur, is no version's.
    let lastSlash = argument.lastIndex { $0 == "/" || $0 == ":" } ?? argument.startIndex
    guard let at = argument[lastSlash...].lastIndex(of: "@") else {
      self = .repository(url: argument, .branch("main"))
      return
    }
    let reference = String(argument[argument.index(after: at)...])
    guard !reference.isEmpty else {
      throw InputError("--package ends with an @, behind which there is no version, branch or commit.")
    }
    self = .repository(url: String(argument[..<at]), Requirement(reference))
  }

  /// The folder of the package that the running program was built in.
  static func ofThisProgram() throws(InputError) -> PackageSource {
    var folder = try Executable.own()
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      if isThisPackage(folder) { return .path(folder) }
    }
    throw InputError(
      "cruddur is not in the folder of its package any more, so that a function cannot depend on it there: say with "
        + "--package where the package is.")
  }

  /// How the package is called in a manifest that depends on it.
  var identity: String {
    switch self {
    case .path: "cruddur"
    case .repository: place
    }
  }

  /// The last part of the path or the URL: what Swift's package manager tells packages apart by, whatever they call
  /// themselves, and its case aside.
  var place: String {
    switch self {
    case .path(let path):
      return path.split(separator: "/").last.map(String.init) ?? path
    case .repository(let url, _):
      let name = url.split { $0 == "/" || $0 == ":" }.last.map(String.init) ?? url
      return name.hasSuffix(".git") ? String(name.dropLast(4)) : name
    }
  }

  /// The dependency in a manifest: without the trait `Laptop`, of which a function has no use.
  var dependency: String {
    switch self {
    case .path(let path): ".package(name: \"cruddur\", path: \(path.literal), traits: [])"
    case .repository(let url, .version(let version)):
      ".package(url: \(url.literal), from: \(version.literal), traits: [])"
    case .repository(let url, .branch(let branch)):
      ".package(url: \(url.literal), branch: \(branch.literal), traits: [])"
    case .repository(let url, .commit(let commit)):
      ".package(url: \(url.literal), revision: \(commit.literal), traits: [])"
    }
  }

  /// `scheme://…`, or Git's own `user@host:…`.
  private static func isURL(_ text: String) -> Bool {
    if text.contains("://") { return true }
    guard let at = text.firstIndex(of: "@"), let colon = text.firstIndex(of: ":") else { return false }
    return at < colon && !text[..<colon].contains("/")
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func isThisPackage(_ folder: String) -> Bool {
    let manifest = try? String(contentsOfFile: folder + "/Package.swift", encoding: .utf8)
    return manifest?.contains("let package = Package(\n  name: \"cruddur\",\n") == true
  }
}

extension PackageSource.Requirement {
  /// Takes `1.2.0` for a version, forty hexadecimal digits for a commit, and all else for a branch.
  init(_ reference: String) {
    let parts = reference.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) {
      self = .version(reference)
    } else if reference.utf8.count == 40, reference.allSatisfy({ $0.isASCII && $0.isHexDigit }) {
      self = .commit(reference)
    } else {
      self = .branch(reference)
    }
  }
}

extension String {
  /// As Swift's source has it.
  fileprivate var literal: String {
    "\"" + replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }
}
