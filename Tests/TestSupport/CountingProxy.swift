import Glibc
import Synchronization

/// A proxy to a port on loopback that counts how often a client waits: that the server speaks after the client has spoken.
public final class CountingProxy: Sendable {
  /// The port it listens on.
  public var port: UInt16 { server.port }
  private let server: LoopbackServer
  private let counter: Counter

  /// Starts to forward connections.
  public init(to target: UInt16) throws {
    let counter = Counter()
    self.counter = counter
    server = try LoopbackServer { client in
      var isWaiting = false
      forward(client, to: target) { isFromClient in
        if isWaiting, !isFromClient { counter.roundTrips.withLock { $0 += 1 } }
        isWaiting = isFromClient
        return true
      }
      close(client)
    }
  }

  /// How often the server has spoken after a client.
  public var roundTrips: Int { counter.roundTrips.withLock { $0 } }
}

private final class Counter: Sendable {
  let roundTrips = Mutex(0)
}

/// Copies bytes both ways until a side closes, or loses them if it is told to.
func forward(_ client: Int32, to port: UInt16, passing: (_ isFromClient: Bool) -> Bool) {
  let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  defer { close(server) }
  var address = sockaddr_in(loopbackPort: port)
  let status = withUnsafePointer(to: &address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  guard status == 0 else { return }
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    var polled = [
      pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
    ]
    poll(&polled, 2, -1)
    for (from, to) in [(0, server), (1, client)] where polled[from].revents != 0 {
      let count = recv(polled[from].fd, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      if passing(from == 0) { send(to, buffer, count, Int32(MSG_NOSIGNAL)) }
    }
  }
}
