import Foundation
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

  private func conninfo(_ string: String, addresses: [String] = []) throws -> String {
    var configuration = try ConnectionConfiguration(string)
    configuration.resolver = Resolver { _ in .success(addresses) }
    return try configuration.places(unless: EventFD(), until: .now + .seconds(5)).map(\.conninfo).joined(
      separator: "\n")
  }

  @Test(arguments: [
    "postgresql://ana@10.0.0.1/d\n", " postgresql://ana@10.0.0.1/d", "\tpostgres://ana@10.0.0.1/d \r\n",
    "\u{0B}postgresql://ana@10.0.0.1/d\u{0C}", "host=10.0.0.1 user=ana dbname=d\r\n",
  ]) func `White space around a connection string is no part of it`(string: String) throws {
    let conninfo = try conninfo(
      string.contains("://") ? string.replacing("/d", with: "/d?sslmode=disable") : string + " sslmode=disable")
    #expect(conninfo.contains("dbname='d'") && conninfo.contains("user='ana'"))
    #expect(!conninfo.contains("\\") && !conninfo.contains { $0.isWhitespace && $0 != " " }, "\(conninfo)")
  }

  @Test func `An escaped blank at the end of a keyword's value is part of it`() throws {
    #expect(try conninfo("host=10.0.0.1 sslmode=disable dbname=d\\ ").contains("dbname='d '"))
  }

  @Test func `A URL's name keeps its place beside its addresses, and all else is left to libpq`() throws {
    #expect(
      try conninfo("postgresql://user:p%27w@db.example/app?sslmode=require", addresses: ["::1"])
        == """
        user='user' password='p\\'w' dbname='app' host='db.example' sslmode='require' \
        tcp_user_timeout='2000' host='db.example' hostaddr='::1' port='5432' client_encoding='UTF8'
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
      func conninfo(_ string: String) throws -> String {
        var configuration = try ConnectionConfiguration(string)
        configuration.resolver = Resolver { .success(["10.0.0.\($0.utf8.count)"]) }
        return try configuration.places(unless: EventFD(), until: .now + .seconds(5)).map(\.conninfo).joined(
          separator: "\n")
      }
      #expect(
        try conninfo("dbname=d")
          == """
          dbname='d' tcp_user_timeout='2000' host='environment.example' hostaddr='10.0.0.19' port='7000' \
          client_encoding='UTF8'
          """)
      #expect(
        try conninfo("service=primary")
          == """
          service='primary' tcp_user_timeout='2000' host='service.example' hostaddr='10.0.0.15' port='6000' \
          client_encoding='UTF8'
          """)
      #expect(
        try conninfo("service=primary host=own.example")
          .hasSuffix("host='own.example' hostaddr='10.0.0.11' port='6000' client_encoding='UTF8'"))
    }
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
