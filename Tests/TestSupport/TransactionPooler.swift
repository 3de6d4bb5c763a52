/// A real PgBouncer in front of a server, for as long as this value lives: it gives each transaction the session that is
/// free, so that a client never knows in which one its next statement is. It may connect to any database of the server.
public final class TransactionPooler: Sendable {
  /// Where it listens, on loopback.
  public let port: UInt16
  private let process: ServerProcess

  /// Starts one, and waits until it takes connections.
  public init(for server: ThrowawayPostgres) throws {
    let process = try ServerProcess("throwaway-pgbouncer")
    try process.writeLine(server.url)
    guard let port = process.readLine().flatMap({ UInt16($0) }) else {
      process.stop()
      throw TestSupportError("throwaway-pgbouncer did not start; its standard error says why.")
    }
    self.port = port
    self.process = process
  }

  deinit {
    process.stop()
  }
}
