import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Every way not to get a connection has a reason of its own, and its description gives nothing away.
@Suite(.ownThread) struct ConnectFailureTests {
  private func expectFailure(
    _ url: String, _ reason: PostgresError.Reason, _ sqlState: SQLState? = nil, _ sentence: String? = nil,
    within limit: Duration = .seconds(20)
  ) async throws {
    let start = ContinuousClock.now
    let error = await #expect(throws: PostgresError.self) { try await Connection.connect(url, until: start + limit) }
    #expect(error?.reason == reason, "\(error?.debugMessage ?? "")")
    #expect(error?.sqlState == sqlState)
    let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
    #expect(error?.description == (sentence ?? reason.sentence) + state)
  }

  private func replacingPassword(of url: String, with password: String) throws -> String {
    let colon = try #require(url.dropFirst("postgresql:".count).firstIndex(of: ":"))
    let at = try #require(url.firstIndex(of: "@"))
    return url[...colon] + password + url[at...]
  }

  @Test func `A wrong password is an error of authentication`() async throws {
    try await expectFailure(replacingPassword(of: sharedURL, with: "wrong"), .authentication, .invalidPassword)
  }

  @Test func `No password is an error of authentication`() async throws {
    try await expectFailure(replacingPassword(of: sharedURL, with: ""), .authentication)
  }

  @Test func `An unknown user is an error of authentication`() async throws {
    let url = try await sharedURL.replacing("//postgres:", with: "//nobody:")
    try await expectFailure(url, .authentication, .invalidPassword)
  }

  @Test func `An unknown database is not found`() async throws {
    let url = try await ThrowawayPostgres.shared.url(database: "missing")
    try await expectFailure(url, .databaseNotFound, .invalidCatalogName)
  }

  @Test func `A role without a connection left is told that there are too many`() async throws {
    let server = try await ThrowawayPostgres.shared
    try server.psql("CREATE ROLE crowded LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
    let url = try replacingPassword(of: server.url, with: "x").replacing("//postgres:", with: "//crowded:")
    try await expectFailure(url, .tooManyConnections, .tooManyConnections)
  }

  @Test func `A server that shuts down is not ready`() async throws {
    let server = try ThrowawayPostgres()
    let connection = try await Connection.connect(server.url)
    kill(server.postmaster, SIGTERM)  // A smart shutdown: it waits for the open session.
    try await waitUntil { await !connects(to: server.url) }
    try await expectFailure(server.url, .serverNotReady, .cannotConnectNow)
    #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  private func connects(to url: String) async -> Bool {
    (try? await Connection.connect(url)) != nil
  }

  @Test func `A connection may be refused by port and by socket`() async throws {
    let port = try SilentListener().port
    try await expectFailure("postgresql://127.0.0.1:\(port)/db", .connectionRefused)
    try await expectFailure("host=/nonexistent dbname=db", .connectionRefused)
  }

  @Test func `The second host is tried when the first refuses`() async throws {
    let port = try SilentListener().port
    let url = try await sharedURL.replacing("@127.0.0.1:", with: "@127.0.0.1:\(port),127.0.0.1:")
    let connection = try await Connection.connect(url)
    #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `The server's answer counts for more than another host's silence`() async throws {
    let port = try SilentListener().port
    let url = try await ThrowawayPostgres.shared.url(database: "missing")
    let start = try #require(url.range(of: "127.0.0.1:")?.lowerBound)
    let end = try #require(url.range(of: "/missing")?.lowerBound)
    let both = url[..<start] + url[start..<end] + ",127.0.0.1:\(port)" + url[end...]
    try await expectFailure(String(both), .databaseNotFound, .invalidCatalogName)
  }

  @Test func `A server that is not PostgreSQL violates the protocol`() async throws {
    let server = try LoopbackServer(reply: "HTTP/1.1 400 Bad Request\r\n\r\n")
    try await expectFailure("postgresql://127.0.0.1:\(server.port)/db?sslmode=disable", .protocolViolation)
    try await expectFailure("postgresql://127.0.0.1:\(server.port)/db?sslmode=require", .protocolViolation)
  }

  @Test func `A server that hangs up is a lost connection`() async throws {
    let server = try LoopbackServer(reply: "")
    try await expectFailure("postgresql://127.0.0.1:\(server.port)/db?sslmode=disable", .connectionLost)
  }

  @Test func `A server that hangs up while TLS is agreed on is a lost connection, too`() async throws {
    let server = try LoopbackServer { socket in
      var bytes = [UInt8](repeating: 0, count: 4_096)
      _ = recv(socket, &bytes, bytes.count, 0)
      _ = send(socket, "S", 1, Int32(MSG_NOSIGNAL))
      // What is left unread would make closing a reset.
      _ = recv(socket, &bytes, bytes.count, 0)
      close(socket)
    }
    try await expectFailure("postgresql://127.0.0.1:\(server.port)/db?sslmode=require", .connectionLost)
  }

  @Test func `Where TLS is required a server without it is an error`() async throws {
    try await expectFailure(
      ThrowawayPostgres.shared.url(database: "postgres", query: "sslmode=require"), .tls, nil,
      "The database's server does not speak TLS, which sslmode asks for.")
  }

  @Test func `A bad value that only connecting brings to light is named`() async throws {
    try await expectFailure(
      ThrowawayPostgres.shared.url(database: "postgres", query: "keepalives_idle=x"), .configuration, nil,
      "The connection parameter keepalives_idle is not valid.")
    let error = await #expect(throws: PostgresError.self) { try await Connection.connect("target_session_attrs=x") }
    #expect(error?.description == "The connection parameter target_session_attrs is not valid.")
  }

  @Test func `A server of another kind than wanted is no connection`() async throws {
    try await expectFailure(
      ThrowawayPostgres.shared.url(database: "postgres", query: "target_session_attrs=standby"), .connectionFailed)
  }

  @Test func `A listener that never answers is given up at the deadline`() async throws {
    let listener = try SilentListener()
    let deadline = ContinuousClock.now + .milliseconds(300)
    try await expectFailure("postgresql://127.0.0.1:\(listener.port)/db", .connectTimeout, within: .milliseconds(300))
    expectTime(of: deadline)
    let limit = ContinuousClock.now + .seconds(1)
    try await expectFailure("postgresql://127.0.0.1:\(listener.port)/db?connect_timeout=1", .connectTimeout)
    expectTime(of: limit)
  }

  @Test func `No time left is a timeout`() async throws {
    try await expectFailure(sharedURL, .connectTimeout, within: .seconds(-1))
  }
}

/// What libpq says in places that a test does not get to.
@Suite struct ConnectFailureTextTests {
  @Test(arguments: [
    ("connection to server at \"a\" (10.0.0.1), port 1 failed: Connection timed out\n\tIs it?\n", "connectTimeout"),
    ("connection to server at \"SSL\" (10.0.0.1), port 1 failed: No route to host\n", "connectionFailed"),
    ("connection to server at \"a\", port 1 failed: SSL error: certificate verify failed\n", "tls"),
    ("root certificate file \"/x\" does not exist\nEither provide the file or change sslmode\n", "configuration"),
    ("connection to server failed: could not read root certificate file \"/x\": bad base64 decode\n", "configuration"),
    ("connection to server at \"a\", port 1 failed: channel binding required, but SSL not in use\n", "authentication"),
    ("connection to server at \"a\", port 1 failed: SCRAM authentication requires libpq 10\n", "authentication"),
    // In the zip: deploy/lib/package/salted-password.c.
    (
      "connection to server at \"a\", port 1 failed: could not calculate client proof: the server asks for too many rounds of SCRAM\n",
      "authentication"
    ),
    ("connection to server at \"a\", port 1 failed: FATAL:  57P03\n", "serverNotReady"),
    ("connection to server at \"a\", port 1 failed: FATAL:  28000\n", "authentication"),
    ("connection to server at \"a\", port 1 failed: FATAL:  XX000\n", "connectionFailed"),
    ("connection to server at \"a\", port 1 failed: FATAL:  42501\n", "authentication"),
    (
      "connection to server at \"a\", port 1 failed: could not receive data from server: Connection reset by peer\n",
      "connectionLost"
    ),
    ("connection to server at \"a\", port 1 failed: SSL SYSCALL error: EOF detected\n", "connectionLost"),
    ("connection to server at \"a\", port 1 failed: SSL error: unexpected eof while reading\n", "connectionLost"),
    ("connection to server at \"a\", port 1 failed: SSL connection has been closed unexpectedly\n", "connectionLost"),
    ("could not translate host name \"a\" to address: Name or service not known\n", "hostNotFound"),
    ("out of memory\n", "outOfResources"),
    ("something new\n", "connectionFailed"),
    ("", "connectionFailed"),
  ])
  func `Each text of libpq's has its reason`(text: String, reason: String) {
    #expect(PostgresError(connectionFailure: text).reason.rawValue == reason)
  }

  @Test(arguments: [
    (
      "SSL error: certificate verify failed: certificate has expired",
      "certificate of the database's server is not trusted"
    ),
    ("server certificate for \"s3cret\" (and 2 other names) does not match host name \"s3cret\"", "another host name"),
    ("could not get server's host name from server certificate", "another host name"),
    ("SSL error: tlsv1 alert protocol version", "no version of TLS"),
    ("SSL error: unsupported protocol", "no version of TLS"),
    ("private key file \"/s3cret\" has group or world access", "sslkey, cannot be used"),
    ("could not open certificate file \"/s3cret\": Permission denied", "sslkey, cannot be used"),
    ("SSL error: something new", "A TLS connection to the database could not be made."),
  ])
  func `A failure of TLS says whose it is`(text: String, sentence: String) {
    let error = PostgresError(connectionFailure: "connection to server at \"s3cret\", port 1 failed: \(text)\n")
    #expect(error.reason == .tls)
    #expect(error.description.contains(sentence), "\(error)")
    #expect(!error.description.contains("s3cret"))
  }
}
