import Foundation

/// A TCP socket on a free loopback port: one that listens takes connections and never answers; one that does not refuses them.
public final class LoopbackSocket: Sendable {
  /// The port on 127.0.0.1.
  public let port: Int
  private let descriptor: Int32

  /// Takes a port.
  public init(listening: Bool = false) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && (!listening || listen(descriptor, 64) == 0)
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw TestSupportError("no loopback port can be had") }
    self.descriptor = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit {
    close(descriptor)
  }
}
