import Glibc
import NIOCore

/// A port of 127.0.0.1 cannot be listened on.
public struct PortError: Error, CustomStringConvertible {
  /// The port that was asked for; 0 is any that is free.
  public let port: Int
  private let reason: String

  init(port: Int, outcome: Result<Void, any Error>) {
    self.port = port
    reason =
      switch outcome {
      case .success: "it ended at once"
      case .failure(let error as IOError): String(cString: strerror(error.errnoCode))
      case .failure(let error): "\(error)"
      }
  }

  /// One sentence with the system's reason.
  public var description: String {
    "Nothing can listen on \(port == 0 ? "any port" : "port \(port)") of 127.0.0.1: \(reason)."
  }
}
