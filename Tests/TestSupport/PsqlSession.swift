import Foundation

/// A session of psql's that stays open, to hold a lock or a transaction for example.
public final class PsqlSession: Sendable {
  private let process: Process
  private let input: FileHandle

  /// Opens a session.
  public init(_ url: String) throws {
    let pipe = Pipe()
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", url]
    process.standardInput = pipe
    try process.run()
    input = pipe.fileHandleForWriting
  }

  deinit {
    end()
  }

  /// Sends SQL; nothing says when it is done.
  public func send(_ sql: String) throws {
    try input.write(contentsOf: Data((sql + "\n").utf8))
  }

  /// Closes the session, which rolls back what it has not committed.
  public func end() {
    try? input.close()
    process.waitUntilExit()
  }
}
