import CLibPQ

extension Connection {
  /// Connects to the database.
  ///
  /// - Parameters:
  ///   - configuration: Where it is.
  ///   - deadline: When to give up; earlier, where `connect_timeout` says so.
  /// - Throws: A `PostgresError` that tells what kept the connection from coming about.
  public static func connect(
    _ configuration: ConnectionConfiguration, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> Connection {
    let interruption = try EventDescriptor()
    let limit = configuration.connectTimeout.map { ContinuousClock.now + $0 } ?? deadline
    return try await interruptible(interruption) { () throws(PostgresError) in
      try connectBlocking(configuration, until: min(deadline, limit), interruption)
    }
  }

  private static func connectBlocking(
    _ configuration: ConnectionConfiguration, until deadline: ContinuousClock.Instant, _ interruption: EventDescriptor
  ) throws(PostgresError) -> Connection {
    let hosts = try configuration.resolver.resolve(configuration.hosts, until: deadline, or: interruption)
    let parameters = configuration.parameters + hosts.parameters + [("client_encoding", "UTF8")]
    guard let handle = ConnectionHandle(parameters) else { throw PostgresError(.resources) }
    var progress = handle.isBroken ? .failed : ConnectionHandle.Progress.writing
    while progress != .connected {
      guard progress != .failed, let socket = handle.socket else {
        throw ConnectionFailure.error(message: handle.errorMessage, lacksPassword: handle.lacksPassword)
      }
      switch wait(for: progress == .reading ? .readable : .writable, on: socket, or: interruption, until: deadline) {
      case .ready: progress = handle.advance()
      case .timedOut: throw PostgresError(.connectTimeout)
      case .interrupted: throw PostgresError(.cancelled)
      }
    }
    guard PQsetnonblocking(handle.pointer, 1) == 0 else { throw PostgresError(.resources) }
    return Connection(handle, interruption: interruption)
  }
}
