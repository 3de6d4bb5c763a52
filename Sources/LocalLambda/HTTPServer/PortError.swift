import Glibc

/// A port of 127.0.0.1 cannot be listened on.
public struct PortError: Error, CustomStringConvertible {
  /// The port that was asked for; 0 is any that is free.
  public let port: Int
  private let code: Int32

  /// Takes the system's `errno`.
  init(port: Int, code: Int32) {
    self.port = port
    self.code = code
  }

  /// One sentence with the system's reason.
  public var description: String { "N\(reason.dropFirst())." }

  /// The same, as a part of another sentence.
  var reason: String {
    "nothing can listen on \(port == 0 ? "any port" : "port \(port)") of 127.0.0.1: \(String(cString: strerror(code)))"
  }
}
