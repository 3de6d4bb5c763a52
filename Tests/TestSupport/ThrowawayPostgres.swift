public import Foundation

/// A real PostgreSQL of a test's own, which ends with the test's process however that ends.
public final class ThrowawayPostgres: Sendable {
  /// The superuser's connection URL, of the database `postgres`.
  public let url: String
  /// The server's process.
  public let processID: pid_t

  private let process: Process
  private let input: FileHandle

  /// The server that all tests share which do not harm it, started when the first one asks.
  public static let shared = Result { try ThrowawayPostgres() }

  /// Starts a server.
  public init() throws {
    process = Process()
    process.executableURL = Repository.file("Tests/TestSupport/throwaway-postgres")
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // The script ends the server as soon as nobody holds the other end of its standard input: this process's end is enough.
    self.input = input.fileHandleForWriting
    let lines = try ThrowawayPostgres.lines(2, from: output.fileHandleForReading)
    guard lines.count == 2, let processID = pid_t(lines[1]) else { throw TestFailure("no PostgreSQL could be started") }
    url = lines[0]
    self.processID = processID
  }

  deinit {
    thaw()
    try? input.close()
    process.waitUntilExit()
  }

  private static func lines(_ count: Int, from handle: FileHandle) throws -> [String] {
    var text = ""
    while text.count(where: { $0 == "\n" }) < count, let data = try handle.read(upToCount: 1_024), !data.isEmpty {
      text += String(decoding: data, as: UTF8.self)
    }
    return text.split(separator: "\n").map(String.init)
  }

  /// Makes an empty database, or one with the schema in it.
  ///
  /// - Returns: Its connection URL.
  public func makeDatabase(schema: Bool = true) throws -> String {
    let name = "test_\(Foundation.UUID().uuidString.lowercased().filter { $0 != "-" })"
    try psql("CREATE DATABASE \(name)")
    let url = url(database: name)
    if schema { try psql(file: Repository.file("deploy/db/schema.sql"), url: url) }
    return url
  }

  /// The connection URL of a database, of another user or with another password.
  public func url(database: String, user: String? = nil, password: String? = nil) -> String {
    var components = URLComponents(string: url) ?? URLComponents()
    components.path = "/\(database)"
    if let user { components.user = user }
    if let password { components.password = password }
    return components.string ?? url
  }

  /// The server's port on 127.0.0.1.
  public var port: Int { URLComponents(string: url)?.port ?? 0 }

  /// Executes SQL with PostgreSQL's own client.
  ///
  /// - Returns: What it printed: a line a row, columns between bars.
  @discardableResult
  public func psql(_ sql: String, url: String? = nil) throws -> String {
    try run("psql", [url ?? self.url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql])
  }

  private func psql(file: URL, url: String) throws {
    try run("psql", [url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", file.path])
  }

  /// Holds the server and all its connections with SIGSTOP.
  public func freeze() {
    for process in processes { kill(process, SIGSTOP) }
  }

  /// Lets the server go on.
  public func thaw() {
    for process in processes { kill(process, SIGCONT) }
  }

  /// The server and its children.
  private var processes: [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let children = all.compactMap(pid_t.init).filter { process in
      guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
      // The name, which may hold anything, is in brackets; behind it come the state and the parent.
      let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 1 && pid_t(fields[1]) == processID
    }
    return [processID] + children
  }
}

/// Why a test cannot go on.
public struct TestFailure: Error, CustomStringConvertible {
  /// The reason.
  public let description: String

  /// Makes an error.
  public init(_ description: String) {
    self.description = description
  }
}

/// Runs a program to its end.
///
/// - Returns: Its standard output, without the last line feed.
/// - Throws: ``TestFailure`` where it does not exit with 0.
@discardableResult
public func run(_ program: String, _ arguments: [String], environment: [String: String]? = nil) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  if let environment { process.environment = environment }
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw TestFailure("\(program) exited with \(process.terminationStatus)") }
  let text = String(decoding: data, as: UTF8.self)
  return text.hasSuffix("\n") ? String(text.dropLast()) : text
}
