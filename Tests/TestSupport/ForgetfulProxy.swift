import Foundation
import Glibc
import Synchronization

/// A proxy to a port on loopback that can forget its connections as a NAT does: what is sent on them from then on gets
/// lost, and neither side is told. New connections work.
public final class ForgetfulProxy: Sendable {
  /// The port it listens on.
  public var port: UInt16 { server.port }
  private let server: LoopbackServer
  private let generation: Generation

  /// Starts to forward connections.
  public init(to target: UInt16) throws {
    let generation = Generation()
    self.generation = generation
    server = try LoopbackServer { client in
      let isCurrent = generation.add(client)
      forward(client, to: target) { _ in isCurrent() }
      generation.close(client)
    }
  }

  /// Forgets all connections that there are.
  public func forget() {
    generation.end()
  }

  /// Makes this end of all connections that there are deaf, as a host that has lost its power is: nothing that is sent to it
  /// is even acknowledged. New connections work.
  public func fallSilent() throws {
    try generation.fallSilent()
  }

  /// Breaks all connections that there are (RST), as a host that restarts does; returns when the clients can know.
  public func reset() throws {
    generation.reset()
    try TCPConnections.waitUntilEnded(ofPorts: [port])
  }
}

/// The connections since everything was last forgotten.
private final class Generation: Sendable {
  private struct State {
    var number = 0
    var clients: [Int32] = []
  }

  private let state = Mutex(State())

  /// Says, whenever it is asked, whether nothing was forgotten since now.
  func add(_ client: Int32) -> @Sendable () -> Bool {
    let born = state.withLock { state in
      state.clients.append(client)
      return state.number
    }
    return { [self] in state.withLock { $0.number } == born }
  }

  /// Under the lock, for once it is closed the descriptor may be another test's.
  func close(_ client: Int32) {
    state.withLock { state in
      state.clients.removeAll { $0 == client }
      _ = Glibc.close(client)
    }
  }

  func end() {
    state.withLock { $0.number += 1 }
  }

  func fallSilent() throws {
    try state.withLock { state in
      for client in state.clients { try ignoreWhatComes(on: client) }
    }
  }

  func reset() {
    state.withLock { state in
      for client in state.clients {
        var unsent = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &unsent, socklen_t(MemoryLayout.size(ofValue: unsent)))
        shutdown(client, Int32(SHUT_RD))
      }
    }
  }
}
