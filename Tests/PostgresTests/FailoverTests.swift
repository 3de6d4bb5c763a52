import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Several places to connect to, some of which are of no use.
@Suite(.ownThread) struct FailoverTests {
  private func url(_ places: String, _ query: String = "") async throws -> String {
    let server = try await ThrowawayPostgres.shared
    return server.url.replacing("@127.0.0.1:\(server.port)/", with: "@\(places)/") + query
  }

  private func expectConnection(
    _ places: String, _ query: String = "", resolver: Resolver? = nil, until time: Duration,
    within limit: Duration? = nil
  ) async throws {
    var configuration = try ConnectionConfiguration(await url(places, query))
    if let resolver { configuration.resolver = resolver }
    let start = ContinuousClock.now
    let connection = try await Connection.connect(configuration, until: start + time)
    #expect(start.duration(to: .now) < limit ?? time)
    #expect(try value(await connection.execute("SELECT 1 AS value"), as: Int.self) == 1)
  }

  @Test func `A silent place leaves the next one its time`() async throws {
    let silent = try SilentListener()
    let port = try await ThrowawayPostgres.shared.port
    try await expectConnection("127.0.0.1:\(silent.port),127.0.0.1:\(port)", until: .seconds(4))
    // Without connect_timeout the silent place would have half of the time.
    try await expectConnection(
      "127.0.0.1:\(silent.port),127.0.0.1:\(port)", "?connect_timeout=2", until: .seconds(40), within: .seconds(8))
  }

  @Test func `A name that nobody resolves leaves the next one its time`() async throws {
    let port = try await ThrowawayPostgres.shared.port
    let stuck = DispatchSemaphore(value: 0)
    defer { stuck.signal() }
    let resolver = Resolver { host in
      if host == "stuck.example" { stuck.wait() }
      return .success(["127.0.0.1"])
    }
    try await expectConnection(
      "stuck.example:\(port),fine.example:\(port)", "?sslmode=prefer", resolver: resolver, until: .seconds(4))
  }

  @Test func `A standby is looked for everywhere, and the primary taken if that is only preferred`()
    async throws
  {
    let port = try await ThrowawayPostgres.shared.port
    let places = "127.0.0.1:\(port),127.0.0.1:\(port)"
    try await expectConnection(places, "?target_session_attrs=prefer-standby", until: .seconds(20))
    try await expectConnection(places, "?target_session_attrs=read-write", until: .seconds(20))
    let configuration = try ConnectionConfiguration(await url(places, "?target_session_attrs=standby"))
    let error = await #expect(throws: PostgresError.self) {
      try await Connection.connect(configuration, until: ampleTime)
    }
    #expect(error?.reason == .connectionFailed)
  }

  @Test func `Where nobody is let in, no other place is asked`() async throws {
    let server = try await ThrowawayPostgres.shared
    let wrong = try await url("127.0.0.1:\(server.port),127.0.0.1:1").replacing("//postgres:", with: "//postgres:not")
    let error = await #expect(throws: PostgresError.self) { try await Connection.connect(wrong) }
    #expect(error?.reason == .authentication)
  }

  @Test func `A kind of server that libpq does not know is an error of the configuration`() async throws {
    let url = try await url("127.0.0.1", "?target_session_attrs=sometimes")
    let error = #expect(throws: PostgresError.self) { try ConnectionConfiguration(url) }
    #expect(error?.description == "The connection parameter target_session_attrs is not valid.")
  }

  @Test func `An address that is none is an error of the configuration`() throws {
    let error = #expect(throws: PostgresError.self) { try ConnectionConfiguration("hostaddr=nonsense") }
    #expect(error?.description == "The connection parameter hostaddr is not valid.")
  }

  @Test func `A server that only reads now is left for another`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    try server.psql("CREATE TABLE t (i int)", url: url)
    let pool = try Pool(url: url)
    // The kept session only reads, as after a failover; a new one writes.
    try await pool.execute("SET default_transaction_read_only = on")
    try await pool.execute(Statement("INSERT INTO t VALUES (1)").idempotent())
    #expect(try server.psql("SELECT count(*) FROM t", url: url) == "1")
  }

  @Test func `A statement that may not be sent again fails, but only once, and a transaction begins elsewhere`()
    async throws
  {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    try server.psql("CREATE TABLE t (i int)", url: url)
    let pool = try Pool(url: url)
    let insert: Statement = "INSERT INTO t VALUES (1)"
    try await pool.execute("SET default_transaction_read_only = on")
    let statement = await #expect(throws: PostgresError.self) { try await pool.execute(insert) }
    #expect(statement?.sqlState == .readOnlySQLTransaction)
    try await pool.execute(insert)
    try await pool.execute("SET default_transaction_read_only = on")
    try await pool.transaction { try await $0.execute(insert) }
    #expect(try server.psql("SELECT count(*) FROM t", url: url) == "2")
  }

  @Test func `Whatever a server calls fatal is the end of the session`() async throws {
    let connection = try await Connection.connect(sharedURL)
    try await connection.execute("SET idle_in_transaction_session_timeout = '20ms'")
    let port = try value(await connection.execute("SELECT inet_client_port() AS value"), as: Int.self)
    try await connection.execute("BEGIN")
    try TCPConnections.waitUntilEnded(ofPorts: [UInt16(port)])
    let error = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT 1") }
    #expect(error?.sqlState == SQLState(rawValue: "25P03"))
    #expect(error?.reason == .serverShutdown)
  }

  @Test func `What is not supported for another reason is executed once`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase()
    try server.psql(
      """
      CREATE SEQUENCE calls;
      CREATE FUNCTION refuse() RETURNS int LANGUAGE plpgsql
      AS $$ BEGIN PERFORM nextval('calls'); RAISE feature_not_supported; END $$
      """, url: url)
    let pool = try Pool(url: url)
    for _ in 0..<3 {
      let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT refuse()") }
      #expect(error?.sqlState == .featureNotSupported)
    }
    #expect(try value(await pool.execute("SELECT last_value AS value FROM calls"), as: Int.self) == 3)
    let kept = "SELECT count(*) AS value FROM pg_prepared_statements WHERE statement LIKE 'SELECT refuse%'"
    #expect(try value(await pool.execute("\(unescapedSQL: kept)"), as: Int.self) == 1)
  }
}
