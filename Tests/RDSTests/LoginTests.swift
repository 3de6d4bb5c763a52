import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import RDS

/// A real server takes a token for a password, over TLS, and nobody else gets it.
@Suite(.ownThread) struct LoginTests {
  private static let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: "session")
  /// What the server has for a password is the token of this second.
  private static let second = 1_800_000_000

  /// The server that all tests share, made when it is first wanted: what RDS does with IAM it does with `password`.
  private static let server = Result {
    let server = try SecurePostgres(rules: "hostssl all ana all password\nhost all ana all reject")
    let login = Login(host: "db.example", port: server.postgres.port, user: "ana")
    let token = try AuthenticationToken.sign(for: login, region: "eu-central-1", with: credentials, at: second)
    try server.postgres.psql("CREATE ROLE ana LOGIN PASSWORD '\(token)'")
    return server
  }

  private func configuration(_ url: String, at seconds: Int = Self.second) throws -> ConnectionConfiguration {
    let tokens = AuthenticationTokens(region: "eu-central-1", credentials: Self.credentials, clock: { seconds })
    return try ConnectionConfiguration(url, credentials: tokens)
  }

  private func failure(of configuration: ConnectionConfiguration) async -> PostgresError? {
    await #expect(throws: PostgresError.self) {
      try await Connection.connect(configuration, until: .now + .seconds(20))
    }
  }

  @Test func `A token logs in`() async throws {
    let server = try Self.server.get()
    let configuration = try configuration(server.url(user: "ana", query: "sslrootcert=\(server.authority)"))
    for _ in 0..<2 {
      let connection = try await Connection.connect(configuration, until: .now + .seconds(20))
      let rows = try await connection.execute(
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND current_user = 'ana'", until: .now + .seconds(20))
      #expect(try rows[0]["ssl", as: Bool.self])
    }
  }

  @Test func `The token of another time does not log in`() async throws {
    let server = try Self.server.get()
    let configuration = try configuration(
      server.url(user: "ana", query: "sslrootcert=\(server.authority)"), at: Self.second + 1)
    let error = await failure(of: configuration)
    #expect(error?.reason == .authentication)
    #expect(error?.sqlState == .invalidPassword)
  }

  @Test func `After a refusal a pool logs in with a fresh token`() async throws {
    let server = try Self.server.get()
    // The first token is one that the server does not take.
    let times = Mutex(Array(Self.second - 2...Self.second))
    let tokens = AuthenticationTokens(
      region: "eu-central-1", credentials: Self.credentials,
      clock: { times.withLock { $0.count > 1 ? $0.removeFirst() : Self.second } })
    let url = server.url(user: "ana", query: "sslrootcert=\(server.authority)")
    let pool = Pool(try ConnectionConfiguration(url, credentials: tokens), limit: 1, retryTime: .seconds(20))
    try await pool.execute("SELECT 1", until: .now + .seconds(20))
    #expect(times.withLock { $0 } == [Self.second])
  }

  @Test func `A password that nobody makes is refused once`() async throws {
    let server = try Self.server.get()
    let url = server.url(user: "ana", query: "sslrootcert=\(server.authority)")
    let fixed = try ConnectionConfiguration(url).withCredentials(
      LoginCredentials(user: "ana", password: "wrong"))
    let error = await #expect(throws: PostgresError.self) {
      try await Pool(fixed, limit: 1, retryTime: .seconds(20)).execute("SELECT 1", until: .now + .seconds(20))
    }
    #expect(error?.reason == .authentication)
    #expect(error?.isTransient == false)
  }

  @Test(arguments: [("db.example", true), ("other.example", false)])
  func `A server that is not verified gets no token`(host: String, isStranger: Bool) async throws {
    let server = try SecurePostgres(rules: "hostssl all ana all password")
    let certificate = isStranger ? server.stranger : server.authority
    let url = server.url(user: "ana", host: host, query: "sslrootcert=\(certificate)")
    let error = await failure(of: try configuration(url))
    #expect(error?.reason == .tls)
    // There is no such user, so a login would have been refused, which the server writes down.
    #expect(try !server.log.contains("ana"))
    let unverified = try configuration(server.url(user: "ana", query: "sslmode=require"))
    #expect(await failure(of: unverified)?.reason == .authentication)
    #expect(try server.log.contains("ana"))
  }

  @Test func `A server without TLS gets no token`() async throws {
    let received = Received()
    let server = try LoopbackServer { socket in
      received.readAll(of: socket, answering: "N")
    }
    let port = server.port
    let url = "postgresql://ana@db.example:\(port)/d?hostaddr=127.0.0.1&sslmode=require"
    let error = await failure(of: try configuration(url))
    #expect(error?.reason == .tls)
    // SSLRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html
    #expect(received.bytes == [0, 0, 0, 8, 4, 210, 22, 47])
  }

  /// All that a server got.
  private final class Received: Sendable {
    private let all = Mutex<[UInt8]>([])
    private let end = DispatchSemaphore(value: 0)

    func readAll(of socket: Int32, answering answer: String) {
      var chunk = [UInt8](repeating: 0, count: 1024)
      while case let count = recv(socket, &chunk, chunk.count, 0), count > 0 {
        all.withLock { $0 += chunk[..<count] }
        _ = Array(answer.utf8).withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      }
      close(socket)
      end.signal()
    }

    /// Waits until the client has hung up.
    var bytes: [UInt8] {
      _ = end.wait(timeout: .now() + 20)
      return all.withLock { $0 }
    }
  }
}
