import Foundation

/// A server on loopback that handles each connection on a thread of its own, until this value goes.
public final class LoopbackServer: Sendable {
  /// The port it listens on.
  public var port: UInt16 { listener.port }
  private let listener: SilentListener

  /// Starts to accept connections.
  ///
  /// - Parameter handle: Talks over the connected socket, and closes it.
  /// - Throws: ``TestSupportError`` if there is no port to listen on.
  public init(handle: @escaping @Sendable (_ socket: Int32) -> Void) throws {
    let listener = try SilentListener()
    self.listener = listener
    Thread.detachNewThread {
      // The thread keeps the listener: were its descriptor closed and given to another test, this would accept for that one.
      while true {
        let socket = accept(listener.descriptor, nil, nil)
        guard socket >= 0 else { return }
        Thread.detachNewThread { handle(socket) }
      }
    }
  }

  /// Answers whatever a client says first with the same bytes, and closes the connection.
  public convenience init(reply: String) throws {
    try self.init { socket in
      var request = [UInt8](repeating: 0, count: 1024)
      _ = recv(socket, &request, request.count, 0)
      _ = Array(reply.utf8).withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      close(socket)
    }
  }

  deinit {
    // Wakes accept, which closing would not.
    shutdown(listener.descriptor, Int32(SHUT_RDWR))
  }
}
