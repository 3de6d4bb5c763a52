import Foundation
import LocalLambda
import TestSupport
import Testing

@testable import LambdaRuntime

extension EndToEnd {
  /// How the program ends.
  @Suite struct EndTests {
    private func bootstrap(_ variables: [String: String], log: FileHandle) throws -> Process {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      // The tests' own process may ignore the signal of a broken pipe, and its children would with it.
      process.arguments = ["--default-signal=PIPE", Repository.product("bootstrap").path]
      process.environment = ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
        .merging(variables) { $1 }
      process.standardError = log
      try process.run()
      process.waitUntilExit()
      return process
    }

    /// A port where nobody listens.
    private func deserted() throws -> String { "127.0.0.1:\(try SilentListener().port)" }

    @Test func `A bootstrap without Lambda names cruddur invoke`() throws {
      let log = try TemporaryFile()
      #expect(try bootstrap([:], log: log.handle).terminationStatus == 2)
      let text = try log.text
      #expect(text.contains("AWS_LAMBDA_RUNTIME_API") && text.contains("cruddur invoke"))
      #expect(text.filter { $0 == "\n" }.count == 1)
    }

    @Test func `A Runtime API that is gone ends the program with an error and the reason`() throws {
      let log = try TemporaryFile()
      let variables = ["AWS_LAMBDA_RUNTIME_API": try deserted(), "CONNECTION_URL": "postgresql://\(try deserted())/d"]
      #expect(try bootstrap(variables, log: log.handle).terminationStatus == 1)
      #expect(try log.text.contains("not connected to the database yet"))
      #expect(try log.text.contains("FATAL GET /runtime/invocation/next got no answer"))
    }

    @Test func `An init error ends the program with the reason in the format asked for`() throws {
      let log = try TemporaryFile()
      let variables = [
        "AWS_LAMBDA_RUNTIME_API": try deserted(), "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "LOUD",
      ]
      #expect(try bootstrap(variables, log: log.handle).terminationStatus == 1)
      let lines = try log.text.split(separator: "\n").map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String]
      }
      #expect(lines.first??["message"]?.contains("AWS_LAMBDA_LOG_LEVEL") == true)
      #expect(lines.first??["errorType"] == "Function.InvalidConfiguration")
    }

    /// A server that logs what clients leave without a word.
    private func watchfulServer() async throws -> ThrowawayPostgres {
      let server = try ThrowawayPostgres()
      try server.psql("ALTER SYSTEM SET log_min_messages = debug1")
      try server.psql("SELECT pg_reload_conf()")
      try await waitUntil { try server.psql("SHOW log_min_messages") == "debug1" }
      return server
    }

    /// Whether the process has a session of a database's, which waits for a lock if `isBlocked` is true.
    private func hasSession(_ server: ThrowawayPostgres, _ url: String, isBlocked: Bool = false) throws -> Bool {
      let name = url.split(separator: "/").last ?? ""
      let condition = isBlocked ? "wait_event_type = 'Lock'" : "state = 'idle'"
      let count = try server.psql("SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND \(condition)")
      return count != "0"
    }

    /// Starts the program on a Runtime API, has `body` end it, and waits until it has: its status, and when that was.
    private func ended(
      _ url: String, _ body: (RuntimeAPI, Process) async throws -> Void
    ) async throws -> (status: Int32, time: ContinuousClock.Instant, log: String) {
      let api = try await RuntimeAPI.start()
      let log = try TemporaryFile()
      let process = Process()
      process.executableURL = Repository.product("bootstrap")
      process.environment = ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
        .merging(["AWS_LAMBDA_RUNTIME_API": api.endpoint, "CONNECTION_URL": url]) { $1 }
      process.standardError = log.handle
      let (ends, continuation) = AsyncStream<ContinuousClock.Instant>.makeStream()
      process.terminationHandler = { _ in continuation.yield(.now) }
      try process.run()
      do {
        try await body(api, process)
      } catch {
        process.terminate()
        throw error
      }
      let end = await ends.first { _ in true }
      await api.stop()
      return (process.terminationStatus, try #require(end), try log.text)
    }

    @Test func `SIGTERM ends an idle process at once, and PostgreSQL hears of it`() async throws {
      let server = try await watchfulServer()
      let url = try server.makeDatabase(schema: true)
      var told = ContinuousClock.now
      let end = try await ended(url) { api, process in
        #expect(await api.invoke(InvocationRequest(payload: signUp("s1"))) == .response(signUp("s1")))
        try await waitUntil { try hasSession(server, url) }
        told = .now
        process.terminate()
      }
      #expect(end.status == 0)
      #expect(end.time - told < .milliseconds(300), "\(end.time - told)")
      #expect(!end.log.contains(" WARN ") && !end.log.contains(" ERROR "), "\(end.log)")
      try await waitUntil { try !hasSession(server, url) }
      #expect(try !server.log.contains("unexpected EOF"))
    }

    @Test func `SIGTERM in mid-invocation lets it come to its end, and then the process, and PostgreSQL hears of it`()
      async throws
    {
      let server = try await watchfulServer()
      let url = try server.makeDatabase(schema: true)
      var responded = ContinuousClock.now
      let end = try await ended(url) { api, process in
        let lock = try PsqlSession(url)
        try lock.send("BEGIN; LOCK TABLE users;")
        try await waitUntil {
          try server.psql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'") != "0"
        }
        async let result = api.invoke(InvocationRequest(payload: signUp("s1")))
        try await waitUntil { try hasSession(server, url, isBlocked: true) }
        process.terminate()
        // The process has nothing to say for as long as the invocation runs: there is no condition to wait for.
        try await Task.sleep(for: .milliseconds(150))
        #expect(process.isRunning)
        lock.end()
        #expect(await result == .response(signUp("s1")))
        responded = .now
      }
      #expect(end.status == 0)
      #expect(end.time - responded < .milliseconds(300), "\(end.time - responded)")
      #expect(try server.psql("SELECT count(*) FROM users", url: url) == "1")
      try await waitUntil { try !hasSession(server, url) }
      #expect(try !server.log.contains("unexpected EOF"))
    }

    /// A pool that nobody has any more ends its sessions by itself, which is no help where a handler is still running.
    @Test func `At the end of a process the sessions end, whoever still has the handler`() async throws {
      let database = try await Database()
      let function = try await PreparedFunction(database.url)
      #expect(try database.sessions() == 1)
      for hook in function.setup.shutdownHooks { await hook() }
      try await waitUntil { try database.sessions() == 0 }
      withExtendedLifetime(function.handler) {}
    }

    @Test func `A log that nobody reads ends nothing`() throws {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let process = try bootstrap(["AWS_LAMBDA_RUNTIME_API": try deserted()], log: pipe.fileHandleForWriting)
      #expect(process.terminationReason == .exit && process.terminationStatus == 1)
    }

    @Test func `A line is one write`() throws {
      var ends: [Int32] = [0, 0]
      try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
      defer { close(ends[0]) }
      let log = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
      _ = try bootstrap(["AWS_LAMBDA_RUNTIME_API": try deserted(), "RUNTIME_EXTENSION": "0"], log: log)
      try log.close()
      // Such a socket keeps what was written with one call apart from the next.
      var buffer = [UInt8](repeating: 0, count: 4_096)
      var packets: [String] = []
      while case let count = recv(ends[0], &buffer, buffer.count, 0), count > 0 {
        packets.append(String(decoding: buffer[..<count], as: UTF8.self))
      }
      #expect(packets.count == 2)
      #expect(packets.allSatisfy { $0.hasSuffix("\n") && $0.filter { $0 == "\n" }.count == 1 }, "\(packets)")
    }
  }
}
