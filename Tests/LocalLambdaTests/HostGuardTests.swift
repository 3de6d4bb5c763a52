import Testing

@testable import LocalLambda

struct HostGuardTests {
  private func admits(
    _ host: String?, origin: String? = nil, port: Int = 3000, allowing hosts: Set<String> = []
  ) -> Bool {
    var call = HTTPCall(method: "GET", path: "/")
    if let host { call.headers.append(.init(name: "host", value: host)) }
    if let origin { call.headers.append(.init(name: "origin", value: origin)) }
    return HostGuard(port: port, allowedHosts: hosts).admits(call)
  }

  @Test func `A forwarded host is admitted by its whole name, with either scheme`() {
    let hosts: Set = ["3000-x.example", "y.example:8443"]
    for host in ["3000-x.example", "3000-X.Example", "y.example:8443", "localhost:3000"] {
      #expect(admits(host, allowing: hosts))
      for origin in ["https://3000-x.example", "http://3000-x.example", "https://Y.example:8443"] {
        #expect(admits(host, origin: origin, allowing: hosts))
      }
      for origin in ["https://z.example", "https://3000-x.example.evil", "3000-x.example", "https://y.example", "null"]
      {
        #expect(!admits(host, origin: origin, allowing: hosts))
      }
    }
    for host in ["3000-x.example:3000", "x.example", "y.example", ""] { #expect(!admits(host, allowing: hosts)) }
    #expect(!admits("localhost:3000", origin: "https://localhost:3000", allowing: hosts))
  }

  @Test(arguments: [
    nil, "", "evil.example", "evil.example:3000", "127.0.0.1", "127.0.0.1:3001", "localhost",
    "localhost:3000.evil.example",
    "127.0.0.1.nip.io:3000", "[::1]:3000", "0.0.0.0:3000", "127.0.0.1:3000,evil.example",
  ])
  func `A foreign host is refused`(host: String?) {
    #expect(!admits(host))
  }

  @Test(arguments: [
    "null", "", "http://evil.example", "http://evil.example:3000", "https://127.0.0.1:3000", "http://127.0.0.1",
    "http://127.0.0.1:3001", "http://localhost:30000", "127.0.0.1:3000", "http://127.0.0.1:3000,http://evil.example",
  ])
  func `A foreign origin is refused`(origin: String) {
    #expect(!admits("127.0.0.1:3000", origin: origin))
  }

  @Test(arguments: ["127.0.0.1:3000", "localhost:3000", "LocalHost:3000"])
  func `Own hosts and origins are admitted`(host: String) {
    #expect(admits(host))
    #expect(admits(host, origin: "http://\(host)"))
    #expect(admits("127.0.0.1:3000", origin: "http://localhost:3000"))
  }

  @Test(arguments: ["host", "origin"]) func `A foreign host or origin beside the own is refused`(name: String) {
    var call = HTTPCall(method: "GET", path: "/", headers: [.init(name: "host", value: "127.0.0.1:3000")])
    let origin = name == "origin" ? "http://" : ""
    call.headers += ["127.0.0.1:3000", "evil.example"].map { .init(name: name, value: origin + $0) }
    #expect(!HostGuard(port: 3000).admits(call))
  }

  @Test func `The port of the scheme may be left out`() {
    #expect(admits("localhost", origin: "http://localhost", port: 80))
    #expect(admits("localhost:80", port: 80))
  }
}
