import Foundation

/// A PostgreSQL of a test's own that speaks TLS as `db.example`, with a certificate of a certificate authority of its own.
public struct SecurePostgres: Sendable {
  /// The server.
  public let postgres: ThrowawayPostgres
  /// The path of the authority's certificate, which clients trust.
  public var authority: String { path("authority.crt") }
  /// The path of the certificate of another authority, which signed nothing.
  public var stranger: String { path("stranger.crt") }
  private let folder: String

  /// Starts a server, which writes down who connects.
  ///
  /// - Parameter rules: Lines for the beginning of
  ///   [pg_hba.conf](https://www.postgresql.org/docs/current/auth-pg-hba-conf.html): who may log in how.
  /// - Throws: ``TestSupportError`` if the server or openssl fails.
  public init(rules: String = "") throws {
    postgres = try ThrowawayPostgres()
    folder = try postgres.psql("SHOW data_directory")
    for name in ["authority", "stranger"] {
      try makeCertificate(name, ["-subj", "/CN=\(name)", "-addext", "keyUsage=critical,keyCertSign"])
    }
    try makeCertificate(
      "server",
      [
        "-subj", "/CN=db.example", "-addext", "subjectAltName=DNS:db.example", "-addext", "basicConstraints=CA:FALSE",
        "-CA", authority, "-CAkey", path("authority.key"),
      ])
    // PostgreSQL's user is not always the tests' own.
    try run("chown", "--reference", folder, path("server.key"), path("server.crt"))
    let access = URL(filePath: path("pg_hba.conf"))
    try Data((rules + "\n").utf8 + Data(contentsOf: access)).write(to: access, options: [])
    try postgres.psql("ALTER SYSTEM SET ssl = on")
    try postgres.psql("ALTER SYSTEM SET log_connections = on")
    try postgres.psql("SELECT pg_reload_conf()")
    // Reloading takes the server a moment.
    let url = postgres.url(database: "postgres", query: "sslmode=require")
    var tries = 100
    while (try? postgres.psql("SELECT 1", url: url)) == nil {
      guard tries > 0 else { throw TestSupportError("The server does not speak TLS: \(try log)") }
      tries -= 1
      usleep(100_000)
    }
  }

  /// The URL of the database `postgres`, by the name that is in the certificate.
  ///
  /// - Parameters:
  ///   - user: The user, with a password if need be: `ana:secret`.
  ///   - host: A name to connect by instead.
  ///   - query: More parameters: `sslmode=require&…`.
  /// - Returns: The URL, which has the server's address, so that the name need not resolve.
  public func url(user: String, host: String = "db.example", query: String = "") -> String {
    "postgresql://\(user)@\(host):\(postgres.port)/postgres?hostaddr=127.0.0.1" + (query.isEmpty ? "" : "&" + query)
  }

  /// What the server has logged so far.
  public var log: String {
    get throws { try postgres.log }
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func makeCertificate(_ name: String, _ arguments: [String]) throws {
    let request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    let files = ["-days", "1", "-keyout", path("\(name).key"), "-out", path("\(name).crt")]
    try run(request + files + arguments)
  }

  private func run(_ arguments: String...) throws {
    try run(arguments)
  }

  private func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TestSupportError("\(arguments[0]) failed") }
  }
}
