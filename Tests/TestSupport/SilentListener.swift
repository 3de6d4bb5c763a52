import Foundation

/// A listening socket on loopback that nobody accepts from: connecting to it works, and then nothing ever comes back.
public final class SilentListener: Sendable {
  /// The port it listens on.
  public let port: UInt16
  let descriptor: Int32

  /// Starts to listen on a free port.
  public init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in(loopbackPort: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) | listen(descriptor, 64) | getsockname(descriptor, address, &length)
      }
    }
    guard status == 0 else { throw TestSupportError("No listening socket: \(String(cString: strerror(errno)))") }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit {
    close(descriptor)
  }
}

extension sockaddr_in {
  init(loopbackPort port: UInt16) {
    self.init()
    sin_family = sa_family_t(AF_INET)
    sin_port = port.bigEndian
    sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
  }
}
