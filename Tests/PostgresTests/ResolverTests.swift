import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite(.ownThread) struct ResolverTests {
  private func configuration(_ conninfo: String, _ resolver: Resolver) throws -> ConnectionConfiguration {
    var configuration = try ConnectionConfiguration(conninfo)
    configuration.resolver = resolver
    return configuration
  }

  /// A name server that stays silent until the test ends.
  private final class SilentNameServer: Sendable {
    let lookups = Shared(0)
    private let end = DispatchSemaphore(value: 0)

    func lookup(_ host: String) -> Result<[String], PostgresError> {
      lookups.withLock { $0 += 1 }
      end.wait()
      end.signal()
      return .success(["127.0.0.1"])
    }

    deinit { end.signal() }

    func wakeUp() { end.signal() }
  }

  @Test func `A name server that never answers is given up at the deadline`() async throws {
    let server = SilentNameServer()
    let configuration = try configuration("host=db.example sslmode=prefer", Resolver { server.lookup($0) })
    let deadline = ContinuousClock.now + .milliseconds(200)
    let error = await #expect(throws: PostgresError.self) {
      try await Connection.connect(configuration, until: deadline)
    }
    expectTime(of: deadline)
    #expect(error?.reason == .nameResolutionTimeout)
    server.wakeUp()
  }

  @Test func `A lookup that is stuck is joined, not repeated, and its late answer counts`() async throws {
    let server = SilentNameServer()
    let postgres = try await ThrowawayPostgres.shared
    let url = postgres.url.replacing("@127.0.0.1:", with: "@db.example:") + "?sslmode=prefer"
    let configuration = try configuration(url, Resolver { server.lookup($0) })
    for _ in 1...5 {
      await #expect(throws: PostgresError.self) {
        try await Connection.connect(configuration, until: .now + .milliseconds(50))
      }
    }
    #expect(server.lookups.withLock { $0 } == 1)
    Thread.detachNewThread {
      usleep(100_000)
      server.wakeUp()
    }
    let connection = try await Connection.connect(configuration, until: ampleTime)
    #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
    #expect(server.lookups.withLock { $0 } == 1)
  }

  @Test func `The number of stuck lookups is bounded`() async throws {
    let server = SilentNameServer()
    let resolver = Resolver { server.lookup($0) }
    for number in 1...20 {
      let configuration = try configuration("host=db\(number).example sslmode=prefer", resolver)
      let error = await #expect(throws: PostgresError.self) {
        try await Connection.connect(configuration, until: .now + .milliseconds(20))
      }
      #expect(error?.reason == .nameResolutionTimeout)
    }
    #expect(server.lookups.withLock { $0 } == 8)
    server.wakeUp()
  }

  @Test func `Hosts are looked up at the same time`() async throws {
    let both = Shared(0)
    let resolver = Resolver { host in
      both.withLock { $0 += 1 }
      for _ in 0..<5000 where both.withLock({ $0 }) < 2 { usleep(1000) }
      guard both.withLock({ $0 }) == 2 else { return .failure(PostgresError(.hostNotFound)) }
      return .success([host == "a.example" ? "10.0.0.1" : "10.0.0.2"])
    }
    let places = try configuration("host=a.example,b.example sslmode=prefer", resolver)
      .placesText(until: .now + .seconds(10))
    #expect(places.count == 2)
    #expect(places.first?.contains("hostaddr='10.0.0.1'") == true)
    #expect(places.last?.contains("hostaddr='10.0.0.2'") == true)
  }

  @Test func `A name that does not exist is an error`() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await Connection.connect("postgresql://user:password@no-such-host.invalid/db?sslmode=prefer")
    }
    #expect(error?.reason == .hostNotFound)
    #expect(error?.description == "The database's host name could not be resolved.")
  }

  @Test func `The system's resolver knows localhost`() throws {
    #expect(try Resolver.systemLookup("localhost").get().contains("127.0.0.1"))
  }

  @Test func `A name with an address where nobody listens is tried at the next`() async throws {
    let postgres = try await ThrowawayPostgres.shared
    let url = postgres.url.replacing("@127.0.0.1:", with: "@db.example:") + "?sslmode=prefer"
    let configuration = try configuration(url, Resolver { _ in .success(["127.0.0.2", "127.0.0.1"]) })
    let connection = try await Connection.connect(configuration, until: ampleTime)
    #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A Unix-domain socket is connected to by its folder`() async throws {
    let postgres = try await ThrowawayPostgres.shared
    let folder = try postgres.psql("SHOW data_directory")
    let password = try #require(URLComponents(string: postgres.url)?.password)
    let connection = try await Connection.connect(
      "host=\(folder) port=\(postgres.port) user=postgres dbname=postgres password=\(password)")
    let rows = try await connection.execute("SELECT inet_server_addr() IS NULL AS value")
    #expect(try value(rows, as: Bool.self))
  }

  @Test func `The password file is asked for the name, not the address`() async throws {
    let postgres = try await ThrowawayPostgres.shared
    let url = try #require(URLComponents(string: postgres.url))
    let file = FileManager.default.temporaryDirectory.appending(path: Foundation.UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try "db.example:*:*:*:\(url.password ?? "")\n".write(to: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let configuration = try configuration(
      "host=db.example port=\(postgres.port) user=postgres dbname=postgres passfile='\(file.path)' sslmode=prefer",
      Resolver { _ in .success(["127.0.0.1"]) })
    _ = try await Connection.connect(configuration, until: ampleTime)
  }
}
