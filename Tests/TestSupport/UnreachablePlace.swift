import Glibc

/// An address and port on loopback where no attempt to connect is answered, as that of a host which is gone: its queue of
/// connections is full, and Linux drops what would begin another.
public final class UnreachablePlace: Sendable {
  /// The address, which is loopback's, but not the usual one.
  public let address = "127.0.0.2"
  private let descriptors: [Int32]

  /// Takes a port of that address, on which another server may listen at 127.0.0.1.
  public init(port: UInt16) throws {
    var place = sockaddr_in(loopbackPort: port)
    place.sin_addr.s_addr = (INADDR_LOOPBACK + 1).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    descriptors = (0..<4).map { _ in socket(AF_INET, type, 0) }
    let status = withUnsafeMutablePointer(to: &place) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        let status = bind(descriptors[0], address, length) | listen(descriptors[0], 0)
        for client in descriptors.dropFirst() { _ = connect(client, address, length) }
        return status
      }
    }
    guard status == 0 else {
      descriptors.forEach { _ = close($0) }
      throw TestSupportError("No listening socket: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }
}

/// Has the kernel drop all that comes for a socket, before it is acknowledged: with a filter of one instruction, which keeps
/// nothing. [socket(7)](https://man7.org/linux/man-pages/man7/socket.7.html), SO_ATTACH_FILTER.
func ignoreWhatComes(on socket: Int32) throws {
  // BPF_RET | BPF_K of linux/filter.h, and 0 bytes.
  var instruction: (code: UInt16, jumps: UInt16, bytes: UInt32) = (0x06, 0, 0)
  let status = withUnsafeMutablePointer(to: &instruction) { instruction in
    var program = (count: UInt16(1), instructions: UnsafeMutableRawPointer(instruction))
    return setsockopt(socket, SOL_SOCKET, 26, &program, socklen_t(MemoryLayout.size(ofValue: program)))
  }
  guard status == 0 else { throw TestSupportError("No filter: \(String(cString: strerror(errno)))") }
}
