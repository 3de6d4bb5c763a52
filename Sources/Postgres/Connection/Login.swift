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

/// Makes passwords for logins that are good for a while: tokens of IAM, above all.
public protocol PasswordSource: Sendable {
  /// A password for a login. It is called when a connection is made, on the thread that waits for it.
  func password(for login: Login) throws -> String

  /// Takes note that the server did not accept a password (28000, 28P01), so that the next one is another.
  func wasRefused(_ password: String, for login: Login)
}
