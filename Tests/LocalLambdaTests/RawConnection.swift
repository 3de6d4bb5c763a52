import Glibc
import Testing

/// A connection for requests that curl does not send.
final class RawConnection {
  /// The server's port.
  let port: UInt16
  private let socket: Int32

  init(to endpoint: String) throws {
    port = try #require(endpoint.split(separator: ":").last.flatMap { UInt16($0) })
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    try #require(socket >= 0)
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    try #require(setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size)) == 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
  }

  deinit {
    close(socket)
  }

  func send(_ request: String) throws {
    let bytes = Array(request.utf8)
    try #require(write(socket, bytes, bytes.count) == bytes.count)
  }

  /// Says that no more will come, and gives what is answered; waits no longer than ten seconds for more of it.
  func readToEnd() throws -> String {
    try #require(shutdown(socket, Int32(SHUT_WR)) == 0)
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = read(socket, &chunk, chunk.count), count > 0 { answer += chunk[..<count] }
    return String(decoding: answer, as: UTF8.self)
  }
}
