import Foundation
import Synchronization

/// A real PostgreSQL server on a free loopback port, for as long as this value lives: `throwaway-postgres`, beside this
/// file, makes it, and deletes it when the test process ends, however that happens.
public final class ThrowawayPostgres: Sendable {
  /// The superuser's connection URL, for the database `postgres`.
  public let url: String
  /// The process id of the server's first process, the parent of all others.
  public let postmaster: Int32
  private let process: Mutex<ServerProcess>
  private let hasTemplate = Mutex(false)

  /// The server that all tests of a process share. Tests that freeze or stop a server start their own.
  public static var shared: ThrowawayPostgres {
    get async throws { try await sharedStart.value }
  }

  private static let sharedStart = Task(executorPreference: ThreadExecutor()) { try ThrowawayPostgres() }

  /// Starts a server, which takes about a second, and waits until it takes connections.
  public init() throws {
    let server = try ServerProcess("throwaway-postgres")
    guard let url = server.readLine(), let postmaster = server.readLine().flatMap({ Int32($0) }) else {
      server.stop()
      throw TestSupportError("throwaway-postgres did not start a server; its standard error says why.")
    }
    self.url = url
    self.postmaster = postmaster
    process = Mutex(server)
  }

  deinit {
    thaw()
    process.withLock { $0.stop() }
  }

  /// The URL of a database on this server; with other parameters if `query` is given (`sslmode=disable&…`).
  public func url(database: String, query: String = "") -> String {
    let end = url.lastIndex(of: "/") ?? url.endIndex
    return url[..<end] + "/" + database + (query.isEmpty ? "" : "?" + query)
  }

  /// The port that the server listens on.
  public var port: UInt16 { URLComponents(string: url)?.port.map(UInt16.init) ?? 0 }

  /// The superuser's URL by another port, a proxy's.
  public func url(port: UInt16) -> String {
    url.replacing(":\(self.port)/", with: ":\(port)/")
  }

  /// Makes a database that nothing else uses, with the application's tables if `schema` is true; returns its URL.
  public func makeDatabase(schema: Bool = false) throws -> String {
    let name = "test_" + Foundation.UUID().uuidString.lowercased().replacing("-", with: "")
    try psql("CREATE DATABASE \(name)" + (schema ? " TEMPLATE \(schemaTemplate())" : ""))
    return url(database: name)
  }

  /// The database that has nothing but the application's tables: a copy of it is made faster than they are.
  private func schemaTemplate() throws -> String {
    try hasTemplate.withLock { hasTemplate in
      let name = "template_with_schema"
      if !hasTemplate {
        try psql("CREATE DATABASE \(name)")
        try psql(file: databaseFile("schema.sql"), url: url(database: name))
        hasTemplate = true
      }
      return name
    }
  }

  /// Loads the sample data into a database with the application's tables.
  public func seed(url: String) throws {
    try psql(file: databaseFile("seed.sql"), url: url)
  }

  /// What the server has logged so far.
  public var log: String {
    get throws { try String(contentsOfFile: psql("SHOW data_directory") + "/../log", encoding: .utf8) }
  }

  /// Stops every process of the server (SIGSTOP), so that it holds its connections and answers nothing.
  public func freeze() {
    signalAll(SIGSTOP)
  }

  /// Lets a frozen server go on (SIGCONT).
  public func thaw() {
    signalAll(SIGCONT)
  }

  /// Ends the sessions of a database, as an administrator does; returns when their clients can know.
  public func terminateSessions(of databaseURL: String) throws {
    let name = databaseURL.prefix { $0 != "?" }.split(separator: "/").last ?? ""
    let sessions = try psql(
      """
      SELECT client_port, pg_terminate_backend(pid, 20000) FROM pg_stat_activity
      WHERE datname = '\(name)' AND pid <> pg_backend_pid()
      """)
    let ports = sessions.split(separator: "\n").compactMap { $0.split(separator: "|").first.flatMap { UInt16($0) } }
    try TCPConnections.waitUntilEnded(ofPorts: Set(ports))
  }

  /// The first process goes first, for it would start others.
  private func signalAll(_ signal: CInt) {
    kill(postmaster, signal)
    for child in children(of: postmaster) { kill(child, signal) }
  }
}

/// The folder of this file.
private let folder = URL(filePath: #filePath).deletingLastPathComponent()

private func databaseFile(_ name: String) -> String {
  folder.appending(path: "../../deploy/db/\(name)").standardized.path
}

private func children(of parent: Int32) -> [Int32] {
  let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return entries.compactMap(Int32.init).filter { child in
    // proc(5): the process's state and its parent's id follow its name in parentheses.
    let stat = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
    let fields = stat?.split(separator: ")").last?.split(separator: " ")
    return fields?.dropFirst().first == "\(parent)"
  }
}

/// The script's process. It ends when its standard input does.
struct ServerProcess: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  /// Starts a script of this folder.
  init(_ script: String) throws {
    process.executableURL = folder.appending(path: script)
    process.standardInput = input
    process.standardOutput = output
    // Else another child of this process could keep the server alive.
    _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    try process.run()
  }

  func writeLine(_ line: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
  }

  func readLine() -> String? {
    var line: [UInt8] = []
    while let byte = try? output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
      line.append(byte)
    }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  func stop() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
