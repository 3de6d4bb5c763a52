import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// A name server that never answers, which takes a /etc/resolv.conf of the test's own, and so root.
  @Suite(.enabled(if: geteuid() == 0, "only root may give a process another resolv.conf"))
  struct NameServerTests {
    @Test func `A silent name server is an error in time, each time`() async throws {
      let server = try SilentNameServer()
      let configuration = try TemporaryFile(Array("nameserver \(server.address)\n".utf8))
      let mount = "mount --bind '\(configuration.url.path)' /etc/resolv.conf && exec \"$@\""
      let event = Repository.file("events/confirm-sign-up.json").path
      // An answer that came too late would be a timeout of Lambda's.
      let invoked = try Invoked(
        [event, "--repeat", "2", "--timeout", "2.5"],
        url: "postgresql://ana:secret@database.example/cruddur?sslmode=prefer",
        through: ["unshare", "--mount", "sh", "-c", mount, "sh"])
      #expect(invoked.status == 1)
      #expect(invoked.log.ranges(of: "function error Function.DatabaseTimeout").count == 2, "\(invoked.log)")
    }
  }
}

/// A UDP socket on a name server's port that takes questions and answers none.
private final class SilentNameServer {
  /// A loopback address that no other name server uses.
  let address = "127.0.0.99"
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(53).bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafePointer(to: name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard status == 0 else {
      throw TestSupportError("no socket for a name server: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    close(descriptor)
  }
}
