import Foundation
import Glibc

/// The package of a new function: the files of the folder `Template`, which are part of the program, with the names that
/// stand in them for the function's own filled in.
struct FunctionPackage {
  /// A file, by its path in the package.
  struct File: Equatable {
    let path: String
    let content: String
    var isExecutable = false
  }

  let name: FunctionName
  let files: [File]

  /// Fills in the templates.
  ///
  /// - Throws: ``InputError`` if Swift's package manager would take the new package for the one that it depends on.
  init(name: FunctionName, kind: FunctionKind, source: PackageSource) throws(InputError) {
    guard name.description.lowercased() != source.place.lowercased() else {
      throw InputError(
        "The name '\(name)' is that of the folder or repository that the function would depend on, and Swift would "
          + "take both for one package.")
    }
    self.name = name
    let values: [(placeholder: String, value: String)] = [
      ("PACKAGE_IDENTITY", source.identity), ("packageDependency", source.dependency), ("FunctionModule", name.module),
      ("FUNCTION_NAME", name.description), ("FUNCTION_EVENT", kind.events[0].name),
      ("FUNCTION_SUMMARY", kind.summary.prefix(1).uppercased() + kind.summary.dropFirst() + "."),
    ]
    let sources = "Sources/\(name.module)/", tests = "Tests/\(name.module)Tests/"
    let templates: [(path: String, template: [UInt8])] =
      [
        (".gitignore", PackageResources.Ignored_txt),
        ("Package.swift", PackageResources.Manifest_swift),
        ("README.md", PackageResources.Guide_md),
        ("deploy", PackageResources.Deploy_sh),
        (sources + "Function.swift", PackageResources.Function_swift),
        (sources + "Routes.swift", kind.sources.routes),
        (tests + "\(name.module)Tests.swift", kind.sources.tests),
      ] + kind.events.map { ("events/\($0.name).json", $0.content) }
    files = templates.map { path, template in
      File(
        path: path, content: String(decoding: template, as: UTF8.self).filled(with: values[...]),
        isExecutable: path == "deploy")
    }
  }

  /// Writes the package into a folder of its name in the current one, all of it or nothing.
  ///
  /// - Throws: ``InputError`` that names the folder, if something else is there or it cannot be made.
  func write() throws(InputError) {
    let folder = "\(name)"
    var status = stat()
    if lstat(folder, &status) == 0 {
      let isEmpty = status.st_mode & S_IFMT == S_IFDIR && (try? manager.contentsOfDirectory(atPath: folder)) == []
      guard isEmpty else { throw InputError("\(name) is there already, and is no empty folder.") }
    }
    // Beside it, and then renamed.
    let unfinished = ".\(name).\(getpid())"
    do throws(InputError) {
      for file in files { try write(file, in: unfinished) }
      guard rename(unfinished, folder) == 0 else { throw InputError(InputError.lastSystemError) }
    } catch {
      try? manager.removeItem(atPath: unfinished)
      throw InputError("\(name) cannot be made: \(error).")
    }
  }

  private var manager: FileManager { .default }

  /// Writes a file, and the folders that it is in. The modes are what the person's umask leaves of these.
  private func write(_ file: File, in folder: String) throws(InputError) {
    let path = folder + "/" + file.path
    for slash in path.indices where path[slash] == "/" {
      guard mkdir(String(path[..<slash]), 0o777) == 0 || errno == EEXIST else {
        throw InputError(InputError.lastSystemError)
      }
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file.isExecutable ? 0o777 : 0o666)
    guard descriptor >= 0 else { throw InputError(InputError.lastSystemError) }
    defer { close(descriptor) }
    var rest = Array(file.content.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count >= 0 || errno == EINTR else { throw InputError(InputError.lastSystemError) }
      rest = rest.dropFirst(max(0, count))
    }
  }
}

extension String {
  /// The text with each placeholder replaced. What is filled in is not looked through for others.
  fileprivate func filled(with values: ArraySlice<(placeholder: String, value: String)>) -> String {
    guard let (placeholder, value) = values.first else { return self }
    return components(separatedBy: placeholder).map { $0.filled(with: values.dropFirst()) }.joined(separator: value)
  }
}
