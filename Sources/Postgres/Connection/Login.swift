/// Who logs in, and where: what a password is good for.
public struct Login: Hashable, Sendable {
  /// The host's name as it is configured, never an address that it was resolved to.
  public let host: String
  /// The port.
  public let port: UInt16
  /// The user.
  public let user: String

  /// Makes a login.
  public init(host: String, port: UInt16, user: String) {
    self.host = host
    self.port = port
    self.user = user
  }
}
