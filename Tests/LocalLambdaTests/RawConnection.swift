import Foundation
import Glibc
import Testing

/// A connection for requests that curl does not send. What blocks does so on a thread of its own.
final class RawConnection: Sendable {
  /// The server's port.
  let port: UInt16
  private let descriptor: Int32

  /// Connects to `host:port`; nothing is waited for longer than twenty seconds.
  init(_ endpoint: String) throws {
    port = try #require(endpoint.split(separator: ":").last.flatMap { UInt16($0) })
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    try #require(descriptor >= 0)
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    try #require(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size)) == 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
  }

  deinit {
    close(descriptor)
  }

  /// Sends bytes, may say that no more will come, and gives what comes until the server closes the connection.
  static func send(_ request: String, to endpoint: String, halfCloses: Bool = false) async throws -> String {
    let connection = try RawConnection(endpoint)
    try connection.write(request)
    if halfCloses { try #require(shutdown(connection.descriptor, Int32(SHUT_WR)) == 0) }
    return try await connection.readToEnd()
  }

  func write(_ text: String) throws {
    let bytes = Array(text.utf8)
    try #require(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
  }

  /// What comes until the server closes the connection.
  func readToEnd() async throws -> String {
    String(decoding: try await readBytesToEnd(), as: UTF8.self)
  }

  /// What comes until the server closes the connection, as bytes.
  func readBytesToEnd() async throws -> [UInt8] {
    try await read { _ in false }
  }

  /// What comes until it ends with a text, or with what comes with that.
  func read(until text: String) async throws -> String {
    let bytes = try await read { String(decoding: $0, as: UTF8.self).contains(text) }
    let read = String(decoding: bytes, as: UTF8.self)
    try #require(read.contains(text), "the connection ended before: \(read)")
    return read
  }

  private func read(until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async throws -> [UInt8] {
    let (bytes, error) = await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !isEnough(bytes) {
          let count = Glibc.read(descriptor, &chunk, chunk.count)
          guard count > 0 else { return continuation.resume(returning: (bytes, count < 0 ? errno : 0)) }
          bytes += chunk[..<count]
        }
        continuation.resume(returning: (bytes, 0))
      }
    }
    try #require(error != EAGAIN, "the server did not close the connection")
    return bytes
  }

  /// Hangs up.
  func hangUp() {
    shutdown(descriptor, Int32(SHUT_RDWR))
  }
}
