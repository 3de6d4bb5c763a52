import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct ConfigurationTests {
  @Test(arguments: [
    "postgresql://user:s3cret@host:port-s3cret/db", "postgresql://[::1/db", "host", "s3cret=1", "host='s3cret",
    "postgresql://host/db?s3cret=1", "postgresql://host/%0s3cret", "host=localhost\0 password=s3cret",
    "host=a,s3cret port=1,2,3", "host=a hostaddr=s3cret,2", "service=s3cret", "sslmode=s3cret",
    "channel_binding=s3cret", "gssencmode=s3cret", "ssl_min_protocol_version=s3cret", "connect_timeout=s3cret",
    "port=0", "port=1,65536 host=a,b",
  ])
  func `What libpq cannot use is an error that does not repeat it`(conninfo: String) throws {
    let error = #expect(throws: PostgresError.self) { try ConnectionConfiguration(conninfo) }
    #expect(error?.reason == .configuration)
    #expect(error?.description.contains("s3cret") == false)
  }

  @Test(arguments: ["sslmode", "connect_timeout", "gssencmode"])
  func `A bad value's parameter is named`(keyword: String) {
    let error = #expect(throws: PostgresError.self) { try ConnectionConfiguration("\(keyword)=x") }
    #expect(error?.description == "The connection parameter \(keyword) is not valid.")
  }

  @Test func `A configuration's description is no secret`() throws {
    let configuration = try ConnectionConfiguration("postgresql://user:s3cret@host/db?sslmode=require")
    #expect(
      "\(configuration) \(String(reflecting: configuration))" == "ConnectionConfiguration ConnectionConfiguration")
  }

  private func places(_ string: String, addresses: [String] = []) throws -> String {
    var configuration = try ConnectionConfiguration(string)
    configuration.resolver = Resolver { _ in .success(addresses) }
    return try configuration.placesText().joined(separator: "\n")
  }

  @Test(arguments: [
    "postgresql://ana@10.0.0.1/d\n", " postgresql://ana@10.0.0.1/d", "\tpostgres://ana@10.0.0.1/d \r\n",
    "\u{0B}postgresql://ana@10.0.0.1/d\u{0C}", "host=10.0.0.1 user=ana dbname=d\r\n",
  ]) func `White space around a connection string is no part of it`(string: String) throws {
    let places = try places(
      string.contains("://") ? string.replacing("/d", with: "/d?sslmode=disable") : string + " sslmode=disable")
    #expect(places.contains("dbname='d'") && places.contains("user='ana'"))
    #expect(!places.contains { $0.isWhitespace && $0 != " " }, "\(places)")
  }

  @Test func `An escaped blank at the end of a keyword's value is part of it`() throws {
    #expect(try places("host=10.0.0.1 sslmode=disable dbname=d\\ ").contains("dbname='d '"))
  }

  @Test func `A URL's name keeps its place beside its addresses, and all else is left to libpq`() throws {
    #expect(
      try places("postgresql://user:p%27w@db.example/app?sslmode=require", addresses: ["::1"])
        == """
        user='user' password='p'w' dbname='app' sslmode='require' tcp_user_timeout='2000' client_encoding='UTF8' \
        host='db.example' hostaddr='::1' port='5432'
        """)
  }

  @Test func `Environment and service file name hosts, too`() async {
    await #expect(processExitsWith: .success) {
      let file = FileManager.default.temporaryDirectory.appending(path: "\(Foundation.UUID()).conf")
      defer { try? FileManager.default.removeItem(at: file) }
      try "[primary]\nhost=service.example\nport=6000\nuser=somebody\n".write(
        to: file, atomically: true, encoding: .utf8)
      setenv("PGSERVICEFILE", file.path, 1)
      setenv("PGHOST", "environment.example", 1)
      setenv("PGPORT", "7000", 1)
      setenv("PGCLIENTENCODING", "LATIN1", 1)
      setenv("PGSSLMODE", "prefer", 1)
      func places(_ string: String) throws -> String {
        var configuration = try ConnectionConfiguration(string)
        configuration.resolver = Resolver { .success(["10.0.0.\($0.utf8.count)"]) }
        return try configuration.placesText().joined(separator: "\n")
      }
      #expect(
        try places("dbname=d")
          == """
          dbname='d' tcp_user_timeout='2000' client_encoding='UTF8' host='environment.example' hostaddr='10.0.0.19' \
          port='7000'
          """)
      #expect(
        try places("service=primary")
          == """
          service='primary' tcp_user_timeout='2000' client_encoding='UTF8' host='service.example' hostaddr='10.0.0.15' \
          port='6000'
          """)
      #expect(
        try places("service=primary host=own.example")
          .hasSuffix("host='own.example' hostaddr='10.0.0.11' port='6000'"))
    }
  }

  @Test func `A place gets nothing from libpq's defaults that it does not have`() async {
    await #expect(processExitsWith: .success) {
      setenv("PGHOSTADDR", "10.9.9.9", 1)
      setenv("PGHOST", "environment.example", 1)
      setenv("PGPORT", "7000", 1)
      func places(_ string: String) throws -> [String] {
        try ConnectionConfiguration("sslmode=disable \(string)").placesText().map { text in
          String(text.suffix(from: text.firstRange(of: "host")?.lowerBound ?? text.startIndex))
        }
      }
      // The whole list is the string's own, and a port that is empty in it is the common one.
      let own = try places("host=10.0.0.1,10.0.0.2 hostaddr=10.0.0.3,10.0.0.4 port=1,")
      #expect(own[0] == "host='10.0.0.1' hostaddr='10.0.0.3' port='1'")
      #expect(own[1] == "host='10.0.0.2' hostaddr='10.0.0.4' port='5432'")
      for (string, keyword) in [
        ("host=/run,b hostaddr=,10.0.0.1", "hostaddr"), ("host=10.0.0.2,b hostaddr=,10.0.0.1", "hostaddr"),
        ("host=a,10.0.0.2 hostaddr=10.0.0.1,", "hostaddr"), ("host=a, hostaddr=10.0.0.1,10.0.0.2", "host"),
      ] {
        let error = #expect(throws: PostgresError.self, "\(string)") { try places(string) }
        #expect(
          error?.description
            == "The connection parameter \(keyword) has an empty element, which would be that of libpq's default.")
      }
      unsetenv("PGHOSTADDR")
      unsetenv("PGHOST")
      #expect(try places("host=/run,b hostaddr=,10.0.0.1")[0] == "host='/run' port='7000'")
      #expect(try places("host=a, hostaddr=10.0.0.1,10.0.0.2")[1] == "hostaddr='10.0.0.2' port='7000'")
    }
  }

  @Test func `Nothing is connected to while a configuration is read`() async throws {
    let connections = Shared(0)
    let server = try LoopbackServer { socket in
      connections.withLock { $0 += 1 }
      close(socket)
    }
    for place in ["host=127.0.0.1", "hostaddr=127.0.0.1", "host=127.0.0.1,127.0.0.1"] {
      let configuration = try ConnectionConfiguration("\(place) port=\(server.port) sslmode=disable")
      guard place == "hostaddr=127.0.0.1" else { continue }
      await #expect(throws: PostgresError.self) { try await Connection.connect(configuration, until: ampleTime) }
    }
    #expect(connections.withLock { $0 } == 1)
  }

  @Test func `connect_timeout bounds connecting, and 0 means no bound`() throws {
    let far = ContinuousClock.now + .seconds(1000)
    let bounded = try ConnectionConfiguration("connect_timeout=3").connectDeadline(within: far)
    #expect(bounded < .now + .seconds(4))
    #expect(try ConnectionConfiguration("connect_timeout=0").connectDeadline(within: far) == far)
    #expect(try ConnectionConfiguration("connect_timeout=-1").connectDeadline(within: far) == far)
    let near = ContinuousClock.now + .seconds(1)
    #expect(try ConnectionConfiguration("connect_timeout=3").connectDeadline(within: near) == near)
  }
}
