import Foundation

/// The TCP connections of loopback, each from the side of either end.
///
/// One end is told of the other's close only after close(2) has returned, on a busy machine a good while after.
public enum TCPConnections {
  /// Returns when the kernel has told both ends that the connections of a port are over.
  ///
  /// - Throws: ``TestSupportError`` if that does not happen within twenty seconds.
  public static func waitUntilEnded(ofPorts ports: Set<UInt16>) throws {
    for _ in 0..<2_000 {
      if try established.allSatisfy({ !ports.contains($0.local) && !ports.contains($0.remote) }) { return }
      usleep(10_000)
    }
    throw TestSupportError("The connections of the ports \(ports.sorted()) are still established after 20 s.")
  }

  /// Whether there is a connection of a port.
  public static func areEstablished(ofPort port: UInt16) throws -> Bool {
    try established.contains { $0.local == port || $0.remote == port }
  }

  /// Returns when whoever listens on a port has accepted a connection, and read all that was sent on each.
  ///
  /// - Throws: ``TestSupportError`` if that does not happen within twenty seconds.
  public static func waitUntilRead(ofPort port: UInt16) throws {
    for _ in 0..<2_000 {
      let accepted = try established.filter { $0.local == port }
      if !accepted.isEmpty, accepted.allSatisfy({ $0.unread == 0 }) { return }
      usleep(10_000)
    }
    throw TestSupportError("Nobody has read what was sent to port \(port) in 20 s.")
  }

  /// proc_net(5), tcp: after its number a connection has the two addresses, each `ADDRESS:PORT` in hexadecimal, and the
  /// state, 01 for established, and `UNSENT:UNREAD` bytes. What was sent before a connection is accepted is unread, too.
  private static var established: [(local: UInt16, remote: UInt16, unread: Int)] {
    get throws {
      // A file of unknown size: only a handle reads it to its end.
      let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
      let table = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
      return table.split(separator: "\n").dropFirst().compactMap { line in
        let fields = line.split(separator: " ")
        guard fields.count > 4, fields[3] == "01", let local = port(fields[1]), let remote = port(fields[2]),
          let unread = fields[4].split(separator: ":").last.flatMap({ Int($0, radix: 16) })
        else { return nil }
        return (local, remote, unread)
      }
    }
  }

  private static func port(_ address: Substring) -> UInt16? {
    address.split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
  }
}
