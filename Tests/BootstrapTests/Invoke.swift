import Foundation
import TestSupport

/// What came of a run of `cruddur invoke`.
struct Invoked {
  var status: Int32
  var output: String
  var log: String

  /// Runs `cruddur invoke` with a CONNECTION_URL, and waits for its end.
  init(_ arguments: [String], url: String, variables: [String: String] = [:], through wrapper: [String] = []) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = wrapper + [Repository.product("cruddur").path, "invoke"] + arguments
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
      .merging(variables) { $1 }.merging(["CONNECTION_URL": url]) { $1 }
    let output = Pipe()
    let log = try TemporaryFile()
    process.standardOutput = output
    process.standardError = log.handle
    try process.run()
    self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
    self.log = try log.text
  }
}

/// A file that is deleted with this value.
final class TemporaryFile {
  let url = FileManager.default.temporaryDirectory.appending(path: "cruddur-\(UUID().uuidString)")
  let handle: FileHandle

  init(_ content: [UInt8] = []) throws {
    try Data(content).write(to: url)
    handle = try FileHandle(forWritingTo: url)
  }

  deinit {
    try? handle.close()
    try? FileManager.default.removeItem(at: url)
  }

  var text: String {
    get throws { try String(contentsOf: url, encoding: .utf8) }
  }
}
