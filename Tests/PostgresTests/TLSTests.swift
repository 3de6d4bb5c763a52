import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Certificates are checked against the name that was configured, although libpq is given an address.
@Suite(.ownThread) struct TLSTests {
  private let server: SecurePostgres

  init() throws {
    server = try SecurePostgres()
    try server.postgres.psql("CREATE ROLE ana LOGIN PASSWORD 'secret'")
  }

  /// Connects by a name that this module resolves.
  private func connect(to host: String, _ query: String) async throws -> Connection {
    let url = "postgresql://ana:secret@\(host):\(server.postgres.port)/postgres?\(query)"
    var configuration = try ConnectionConfiguration(url)
    configuration.resolver = Resolver { _ in .success(["127.0.0.1"]) }
    return try await Connection.connect(configuration, until: ampleTime)
  }

  @Test func `A certificate is checked against the name that was configured`() async throws {
    let connection = try await connect(to: "db.example", "sslrootcert=\(server.authority)")
    let rows = try await connection.execute("SELECT ssl AS value FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    #expect(try value(rows, as: Bool.self))
    _ = try await connect(to: "other.example", "sslmode=verify-ca&sslrootcert=\(server.authority)")
    _ = try await connect(to: "other.example", "sslmode=require")

    for (host, certificate, sentence) in [
      ("other.example", server.authority, "The certificate of the database's server is for another host name."),
      (
        "db.example", server.stranger,
        "The certificate of the database's server is not trusted: none of those in sslrootcert vouches for it, or it is out of date."
      ),
    ] {
      let error = await #expect(throws: PostgresError.self) {
        try await connect(to: host, "sslrootcert=\(certificate)")
      }
      #expect(error?.reason == .tls, "\(error?.debugMessage ?? "")")
      #expect(error?.description == sentence)
    }

    // It begins like a certificate, so only libpq finds out.
    let broken = FileManager.default.temporaryDirectory.appending(path: "\(Foundation.UUID()).crt")
    defer { try? FileManager.default.removeItem(at: broken) }
    try Data("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n".utf8).write(to: broken)
    let error = await #expect(throws: PostgresError.self) {
      try await connect(to: "db.example", "sslrootcert=\(broken.path)")
    }
    #expect(error?.reason == .configuration, "\(error?.debugMessage ?? "")")
    #expect(error?.description == "The connection parameter sslrootcert names a file that cannot be used.")
  }
}
