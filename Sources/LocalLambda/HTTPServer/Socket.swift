import Glibc
import Synchronization

/// A TCP socket on 127.0.0.1, which is closed when nothing refers to it any more. Its calls block, but for
/// ``shutDown()``.
final class Socket: Sendable {
  private let descriptor: Int32

  /// Takes over a connected or listening socket.
  private init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// A socket that listens on a port, and the port's number; 0 asks for any that is free.
  ///
  /// - Throws: ``PortError`` where the port cannot be listened on.
  static func listen(port: Int) throws(PortError) -> (socket: Socket, port: Int) {
    guard let number = UInt16(exactly: port) else { throw PortError(port: port, code: EADDRNOTAVAIL) }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw PortError(port: port, code: errno) }
    let listener = Socket(descriptor: descriptor)
    // Connections of an earlier server that are not quite over must not keep its port from the next.
    listener.set(SO_REUSEADDR, of: SOL_SOCKET)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        if bind(descriptor, address, size) != 0 || Glibc.listen(descriptor, SOMAXCONN) != 0 { return errno }
        return getsockname(descriptor, address, &size) == 0 ? 0 : errno
      }
    }
    guard status == 0 else { throw PortError(port: port, code: status) }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// The next connection to this listening socket; nil once that is shut down.
  func accept() -> Socket? {
    while true {
      let connection = Glibc.accept(descriptor, nil, nil)
      if connection >= 0 {
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        let socket = Socket(descriptor: connection)
        socket.set(TCP_NODELAY, of: Int32(IPPROTO_TCP))
        return socket
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      // Others have to end first, and accept would not wait for that; nor would it say that this socket is shut down.
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        guard isListening else { return nil }
        usleep(10_000)
      default: return nil
      }
    }
  }

  private var isListening: Bool {
    var isAccepting: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isAccepting, &size) == 0 && isAccepting != 0
  }

  /// Reads what is there, or waits for something; the count is 0 at the end of the stream, however that came.
  func read(into buffer: inout [UInt8]) -> Int {
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count >= 0 || errno != EINTR { return max(0, count) }
    }
  }

  /// Writes all; false if the connection is broken.
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count >= 0 || errno == EINTR else { return false }
      rest = rest.dropFirst(max(0, count))
    }
    return true
  }

  /// Ends both directions, and with them whatever call waits, on any thread.
  func shutDown() {
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Says that no more will be written, and throws away what still comes, for a second at most: a connection that is
  /// closed with something unread is broken off, and the client may never see what it was told last.
  func linger() {
    shutdown(descriptor, Int32(SHUT_WR))
    var limit = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let end = ContinuousClock.now + .seconds(1)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while read(into: &buffer) > 0, .now < end {}
  }

  /// Waits for a value; nil if the client hangs up first.
  ///
  /// A client that says it will send no more counts as gone, unless `hasEnded` says that this is known.
  func value<Value>(of box: EventBox<Value>, hasEnded: Bool) -> Value? {
    // POLLRDHUP, which Swift's Glibc lacks: https://man7.org/linux/man-pages/man2/poll.2.html
    let hangUp: Int16 = 0x2000
    var polled = [
      pollfd(fd: box.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: hasEnded ? 0 : hangUp, revents: 0),
    ]
    while true {
      // Without a descriptor, which there may be no more of, it is looked for now and then.
      poll(&polled, 2, box.descriptor < 0 ? 10 : -1)
      if let value = box.value { return value }
      if polled[1].revents != 0 { return nil }
    }
  }

  /// Waits until there is something to read, or that the stream has ended, which is true, or until there is a value.
  func waitForInput<Value>(or box: EventBox<Value>) -> Bool {
    var polled = [
      pollfd(fd: box.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      poll(&polled, 2, box.descriptor < 0 ? 10 : -1)
      if box.value != nil { return false }
      if polled[1].revents != 0 { return true }
    }
  }

  private func set(_ option: Int32, of level: Int32) {
    var on: Int32 = 1
    setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
  }
}

/// A value that a task will give, and that poll(2) can wait for.
final class EventBox<Value: Sendable>: Sendable {
  /// A pipe's two ends, of sockets, for which Swift's Glibc has a call that keeps them from child processes at once; -1
  /// where the system has no more.
  private let ends: (reading: Int32, writing: Int32)
  private let state = Mutex<Value?>(nil)

  init() {
    var pair: [Int32] = [-1, -1]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair)
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.reading)
    close(ends.writing)
  }

  /// Can be read once there is a value.
  fileprivate var descriptor: Int32 { ends.reading }

  var value: Value? { state.withLock { $0 } }

  func put(_ value: Value) {
    state.withLock { $0 = value }
    send(ends.writing, [1], 1, Int32(MSG_NOSIGNAL))
  }
}
