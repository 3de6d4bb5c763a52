import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Certificates are checked against the name that was configured, although libpq is given an address.
@Suite(.ownThread) struct TLSTests {
  /// A server for `db.example` with a certificate that it signed itself.
  private struct SecureServer {
    let postgres: ThrowawayPostgres
    let folder: URL
    var certificate: String { folder.appending(path: "server.crt").path }

    init() throws {
      postgres = try ThrowawayPostgres()
      let data = try postgres.psql("SHOW data_directory")
      folder = URL(filePath: data)
      try run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", "/CN=db.example", "-addext", "subjectAltName=DNS:db.example",
        "-keyout", "\(data)/server.key", "-out", "\(data)/server.crt")
      // PostgreSQL's user is not always the tests' own.
      try run("chown", "--reference", data, "\(data)/server.key", "\(data)/server.crt")
      try postgres.psql("ALTER SYSTEM SET ssl = on")
      try postgres.psql("SELECT pg_reload_conf()")
    }

    private func run(_ arguments: String...) throws {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = arguments
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw TestSupportError("\(arguments[0]) failed") }
    }

    func connect(to host: String, mode: String, trusting certificate: String) async throws -> Connection {
      let url = postgres.url(database: "postgres", query: "sslmode=\(mode)&sslrootcert=\(certificate)")
      var configuration = try ConnectionConfiguration(url.replacing("@127.0.0.1:", with: "@\(host):"))
      configuration.resolver = Resolver { _ in .success(["127.0.0.1"]) }
      return try await Connection.connect(configuration, until: ampleTime)
    }
  }

  @Test func `Certificates`() async throws {
    let server = try SecureServer()
    // Reloading takes the server a moment.
    for _ in 0..<500 where (try? await server.connect(to: "db.example", mode: "require", trusting: "")) == nil {
      usleep(10_000)
    }

    let connection = try await server.connect(to: "db.example", mode: "verify-full", trusting: server.certificate)
    let rows = try await connection.execute("SELECT ssl AS value FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    #expect(try value(rows, as: Bool.self))
    _ = try await server.connect(to: "other.example", mode: "verify-ca", trusting: server.certificate)

    for (host, certificate) in [("other.example", server.certificate), ("db.example", "/nonexistent")] {
      do {
        _ = try await server.connect(to: host, mode: "verify-full", trusting: certificate)
        Issue.record("\(host) was trusted")
      } catch let error as PostgresError {
        #expect(error.reason == .tls, "\(error.debugMessage ?? "")")
      }
    }
  }
}
