import Testing

@testable import Postgres

@Suite struct HostListTests {
  private func parameters(_ list: HostList) -> [String] {
    list.parameters.map(\.value)
  }

  @Test func `Without parameters there is one entry, libpq's default`() throws {
    let list = try HostList(host: nil, hostaddr: nil, port: nil)
    #expect(parameters(list) == ["", "", "5432"])
    #expect(list.names.isEmpty)
  }

  @Test(arguments: ["/var/run/postgresql", "@abstract", "127.0.0.1", "::1", "fe80::1%lo", "10.1", ""])
  func `Nothing is to be resolved but names`(host: String) throws {
    #expect(try HostList(host: host, hostaddr: nil, port: nil).names.isEmpty)
  }

  @Test func `A host that has an address already needs no other`() throws {
    let list = try HostList(host: "a,b", hostaddr: "10.0.0.1,", port: nil)
    #expect(list.names == ["b"])
  }

  @Test func `Each address of a name becomes an entry, beside the name and its port`() throws {
    let list = try HostList(host: "a,/socket,b,127.0.0.1", hostaddr: nil, port: "1,2,3,4")
    #expect(list.names == ["a", "b"])
    let resolved = try list.resolved(with: ["a": .success(["10.0.0.1", "::1"]), "b": .success(["10.0.0.2"])])
    #expect(
      parameters(resolved) == ["a,a,/socket,b,127.0.0.1", "10.0.0.1,::1,,10.0.0.2,", "1,1,2,3,4"])
    #expect(resolved.names.isEmpty)
  }

  @Test(arguments: [nil, "5433"])
  func `One port serves all`(port: String?) throws {
    let list = try HostList(host: "a,b", hostaddr: nil, port: port)
    #expect(list.entries.map(\.port) == [port ?? "", port ?? ""])
  }

  @Test func `A name without addresses is passed over if there is another host`() throws {
    let list = try HostList(host: "a,127.0.0.1", hostaddr: nil, port: nil)
    let resolved = try list.resolved(with: ["a": .failure(PostgresError(.hostNotFound))])
    #expect(parameters(resolved)[0] == "127.0.0.1")
  }

  @Test func `No address at all is an error`() throws {
    let list = try HostList(host: "a", hostaddr: nil, port: nil)
    let error = #expect(throws: PostgresError.self) {
      try list.resolved(with: ["a": .failure(PostgresError(.outOfResources))])
    }
    #expect(error?.reason == .outOfResources)
  }

  @Test(
    arguments: [
      ("a,b", "10.0.0.1", nil), ("a,b", nil, "1,2,3"), (nil, "10.0.0.1,10.0.0.2", "1,2,3"),
    ] as [(String?, String?, String?)])
  func `Lists that differ in length are an error`(host: String?, hostaddr: String?, port: String?) {
    let error = #expect(throws: PostgresError.self) { try HostList(host: host, hostaddr: hostaddr, port: port) }
    #expect(error?.reason == .configuration)
  }
}
