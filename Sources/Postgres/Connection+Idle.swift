import Glibc

extension Connection {
  /// Whether the connection, on which nothing is being executed, was open a moment ago, as far as this side can know without asking the server.
  ///
  /// An idle server sends nothing: what can be read is the end of the connection, or the reason of its end.
  var looksAlive: Bool {
    guard let handle, !handle.isBroken, let socket = handle.socket else { return false }
    var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) == 0 || handle.consumesInput
  }

  /// Whether a transaction is open, or something is being executed.
  var isInTransaction: Bool { handle?.isInTransaction ?? false }
}
