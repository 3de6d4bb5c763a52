import Glibc
import Postgres
import TestSupport
import Testing

/// A pooler whose server is lost before any of the answers has come: nobody knows what was done.
@Suite(.ownThread) struct LostServerTests {
  /// Lets everybody in, and answers whatever is sent up to a Sync with an error; counts how often.
  private func makePooler(_ count: Shared<Int>, _ severity: String, _ sqlState: String) throws -> LoopbackServer {
    try LoopbackServer { socket in
      defer { close(socket) }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      guard recv(socket, &buffer, buffer.count, 0) > 0 else { return }
      Self.send([("R", [0, 0, 0, 0]), ("Z", Array("I".utf8))], to: socket)
      var received: [UInt8] = []
      while received.suffix(5) != [UInt8(ascii: "S"), 0, 0, 0, 4] {
        let length = recv(socket, &buffer, buffer.count, 0)
        guard length > 0 else { return }
        received += buffer[..<length]
      }
      count.withLock { $0 += 1 }
      let error = "S\(severity)\0V\(severity)\0C\(sqlState)\0Mserver conn crashed?\0\0"
      Self.send([("E", Array(error.utf8)), ("Z", Array("I".utf8))], to: socket)
    }
  }

  private static func send(_ messages: [(type: String, body: [UInt8])], to socket: CInt) {
    var bytes: [UInt8] = []
    for message in messages {
      bytes += Array(message.type.utf8) + [0, 0, 0, UInt8(message.body.count + 4)] + message.body
    }
    _ = Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL))
  }

  @Test(arguments: [("FATAL", "08P01"), ("ERROR", "08006"), ("FATAL", "57P01")])
  func `A statement is not sent twice that may have been done`(severity: String, sqlState: String) async throws {
    let count = Shared(0)
    let pooler = try makePooler(count, severity, sqlState)
    let url = "postgresql://ana@127.0.0.1:\(pooler.port)/db?sslmode=disable&gssencmode=disable"
    let pool = Pool(try ConnectionConfiguration(url), limit: 1, retryTime: .seconds(1))
    // Both are new to the connection, so that there are several answers, and the error takes the place of the first.
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("INSERT INTO t VALUES (1)") }
    #expect(error?.sqlState?.rawValue == sqlState)
    #expect(count.withLock { $0 } == 1)
    await #expect(throws: PostgresError.self) {
      try await pool.transaction { _ = try await $0.executeAndCommit("INSERT INTO t VALUES (2)") }
    }
    #expect(count.withLock { $0 } == 2)
  }
}
