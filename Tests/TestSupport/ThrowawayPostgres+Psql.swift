import Foundation

extension ThrowawayPostgres {
  /// Runs SQL with psql, so that a test can look at the database without the code under test.
  ///
  /// - Parameters:
  ///   - sql: One or more statements.
  ///   - url: The database's URL; by default the superuser's `postgres`.
  /// - Returns: The rows, a line each, columns divided by `|`, without the last newline.
  /// - Throws: ``TestSupportError`` with what psql said if a statement fails.
  @discardableResult
  public func psql(_ sql: String, url: String? = nil) throws -> String {
    try runPsql(["--command", sql], url: url)
  }

  func psql(file: String, url: String? = nil) throws {
    _ = try runPsql(["--file", file], url: url)
  }

  /// What pg_dump makes of a database's tables and functions, but for their owners and who may use them.
  ///
  /// - Throws: ``TestSupportError`` with what pg_dump said if it fails.
  public func dumpSchema(of url: String) throws -> String {
    let dump = try run(["pg_dump", "--schema-only", "--no-owner", "--no-privileges", "--dbname", url])
    // These have a word in them that is drawn anew each time.
    let isRandom = { (line: Substring) in line.hasPrefix("\\restrict ") || line.hasPrefix("\\unrestrict ") }
    return dump.split(separator: "\n").filter { !isRandom($0) }.joined(separator: "\n")
  }

  private func runPsql(_ arguments: [String], url: String?) throws -> String {
    try run(
      ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
        + ["--dbname", url ?? self.url] + arguments)
  }

  private func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
      .merging(["PGOPTIONS": "-c client_min_messages=warning"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TestSupportError("\(command[0]) failed: \(text)") }
    return text.last == "\n" ? String(text.dropLast()) : text
  }
}

/// What stands behind FROM for the locks of the current database. Databases made of one template have tables of the same
/// identifiers, and `pg_locks` has the locks of all of them.
public let locksOfThisDatabase =
  "(SELECT pg_locks.* FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()) AS locks"
