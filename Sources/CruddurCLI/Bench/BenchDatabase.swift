import Cruddur
import Foundation
import LambdaRuntime
import Postgres
import Subprocess
import SystemPackage

/// The database that the sign-ups of a benchmark go to.
struct BenchDatabase: Sendable {
  /// What it is, in a few words.
  let description: String
  /// The connection URL.
  let url: String
  private let pool: Pool
  /// Nil where it is somebody's own.
  private let throwaway: ThrowawayServer?

  /// Connects to a database of a URL; without one there is a PostgreSQL that is thrown away. The variables are those of the
  /// function's environment, which may say how to log in.
  ///
  /// - Throws: ``InputError``, or what the environment or the database has against it.
  static func open(_ url: String?, variables: [String: String]) async throws -> BenchDatabase {
    let throwaway = url == nil ? try await ThrowawayServer.start() : nil
    do {
      let url = url ?? throwaway?.url ?? ""
      var variables = variables
      variables["CONNECTION_URL"] = url
      let pool = Pool(try Configuration.database(LambdaRuntime.Environment(variables)), limit: 1, threads: .own)
      let version: String = try await Self.call { deadline in
        try await pool.value("SHOW server_version", as: String.self, until: deadline) ?? "of an unknown version"
      }
      let number = version.prefix { $0 != " " }
      return BenchDatabase(
        description: throwaway == nil ? "PostgreSQL \(number)" : "a throwaway PostgreSQL \(number)", url: url,
        pool: pool,
        throwaway: throwaway)
    } catch {
      await throwaway?.stop()
      throw error
    }
  }

  /// Which users are not there as they should be, by their numbers.
  func missing(_ numbers: Set<Int>, prefix: String) async throws -> Set<Int> {
    let rows = try await Self.call { deadline in
      // Whoever made the row has made it of one event: the number in the e-mail address is that of the sub.
      try await pool.execute(
        """
        SELECT right(cognito_user_id, 12)::bigint FROM public.users WHERE starts_with(cognito_user_id, \(prefix))
        AND right(cognito_user_id, 12) = substring(email FROM '-([0-9]{12})@')
        """, until: deadline)
    }
    return try numbers.subtracting(rows.map { row throws(PostgresError) in try row.decode(Int.self) })
  }

  /// Removes the users whose sub begins with a prefix.
  func removeUsers(prefix: String) async throws {
    let statement: Statement =
      throwaway == nil
      ? "DELETE FROM public.users WHERE starts_with(cognito_user_id, \(prefix))"
      // What was deleted would stay in the way of the next ones.
      : "TRUNCATE public.users CASCADE"
    do {
      _ = try await Self.call { deadline in try await pool.execute(statement, until: deadline) }
    } catch {
      guard throwaway == nil else { throw error }
      throw InputError("\(error) The users whose cognito_user_id begins with \(prefix) may still be there.")
    }
  }

  /// Ends whatever is thrown away.
  func close() async {
    await throwaway?.stop()
  }

  /// Asks the database, although the task may have been cancelled: an interrupted run says what it had, and leaves no rows.
  private static func call<Value: Sendable>(
    _ body: @escaping @Sendable (ContinuousClock.Instant) async throws -> Value
  ) async throws -> Value {
    try await Task { () async throws -> Value in
      do {
        return try await body(.now + .seconds(60))
      } catch let error as PostgresError {
        throw InputError("The database cannot be used: \(error)")
      }
    }.value
  }
}

/// A PostgreSQL with the application's tables that runs until it is stopped, and no longer than this process:
/// `deploy/lib/throwaway-postgres.sh`, whose text is in this program.
final class ThrowawayServer: Sendable {
  /// The superuser's connection URL.
  let url: String
  /// While this end of a pipe is open, the server runs.
  private let lifeline: FileDescriptor
  private let running: Task<String, any Error>

  private init(url: String, lifeline: FileDescriptor, running: Task<String, any Error>) {
    (self.url, self.lifeline, self.running) = (url, lifeline, running)
  }

  /// Starts a server, which takes a second or two.
  ///
  /// - Throws: ``InputError`` with what kept it from starting.
  static func start() async throws -> ThrowawayServer {
    let (input, lifeline) = try FileDescriptor.pipe()
    let (output, end) = try FileDescriptor.pipe()
    for descriptor in [lifeline, output] { _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC) }
    var options = PlatformOptions()
    // A terminal's Ctrl-C is for us alone.
    options.processGroupID = 0
    let script = [PackageResources.postgres_sh, PackageResources.throwaway_postgres_sh].map {
      String(decoding: $0, as: UTF8.self)
    }
    let running = Task { [options] in
      try await Subprocess.run(
        .name("bash"),
        arguments: [
          "-c",
          "set -euo pipefail; shopt -s inherit_errexit\n" + script.joined(separator: "\n") + "\nrun_throwaway_postgres",
        ],
        platformOptions: options, input: .fileDescriptor(input, closeAfterSpawningProcess: true),
        output: .fileDescriptor(end, closeAfterSpawningProcess: true), error: .string(limit: 1 << 16)
      ).standardError
    }
    guard let url = await firstLine(of: output) else {
      try? lifeline.close()
      let words = try? await running.value.trimmingCharacters(in: .whitespacesAndNewlines)
      let reason = words?.replacingOccurrences(of: "throwaway-postgres: ", with: "") ?? "bash cannot be run."
      throw InputError("There is no throwaway PostgreSQL. \(reason)")
    }
    let postgres = ThrowawayServer(url: url, lifeline: lifeline, running: running)
    do {
      try await postgres.makeTables()
    } catch {
      await postgres.stop()
      throw error
    }
    return postgres
  }

  private func makeTables() async throws {
    let url = url
    let result = try await Task {
      try await Subprocess.run(
        .name("psql"),
        arguments: ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", "-", "--dbname", url],
        environment: .inherit.updating(["PGOPTIONS": "-c client_min_messages=warning"]),
        input: .array(PackageResources.schema_sql), output: .discarded, error: .string(limit: 1 << 16))
    }.value
    guard case .exited(0) = result.terminationStatus else {
      throw InputError("The throwaway PostgreSQL has no tables: \(result.standardError)")
    }
  }

  /// Ends the server, and waits until nothing is left of it.
  func stop() async {
    try? lifeline.close()
    _ = try? await running.value
  }

  /// What comes first on a pipe; nil if it ends before a line does.
  private static func firstLine(of pipe: FileDescriptor) async -> String? {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while withUnsafeMutableBytes(of: &byte, { (try? pipe.read(into: $0)) ?? 0 }) == 1, byte != UInt8(ascii: "\n") {
          line.append(byte)
        }
        // Nobody writes more than the server's process id, which fits into the pipe.
        continuation.resume(returning: byte == UInt8(ascii: "\n") ? String(decoding: line, as: UTF8.self) : nil)
      }
    }
  }
}
