/// A server, and who logs in there as far as the connection string and libpq's defaults say.
public struct Login: Hashable, Sendable {
  /// The host's name as it is configured, never an address that it was resolved to.
  public let host: String
  /// The port.
  public let port: UInt16
  /// The user: not the one that is meant where a ``CredentialSource`` names another.
  public let user: String

  /// Makes a login.
  public init(host: String, port: UInt16, user: String) {
    self.host = host
    self.port = port
    self.user = user
  }
}

/// A user and the password that goes with it.
public struct LoginCredentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// The user.
  public let user: String
  /// The password, of any characters but U+0000.
  public let password: String

  /// Throws ``PostgresError`` with ``PostgresError/Reason/configuration`` if one of them is empty or holds U+0000, which
  /// no connection can be made with; the error does not repeat it.
  public init(user: String, password: String) throws(PostgresError) {
    for (keyword, value) in [("user", user), ("password", password)] {
      // An empty one would be replaced by libpq's default; one with U+0000 would be cut off.
      guard !value.isEmpty, !value.utf8.contains(0) else { throw PostgresError(invalidConnectionParameter: keyword) }
    }
    self.user = user
    self.password = password
  }

  /// Nothing but the type's name, for the rest is secret.
  public var description: String { "LoginCredentials" }

  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where the user and the password of a connection come from, if not from the connection string: tokens that are made for
/// a while, or a secret that somebody else keeps and rotates.
public protocol CredentialSource: Sendable {
  /// Whether the source says who logs in. Then nothing else may, and otherwise the connection string has to.
  var namesUser: Bool { get }

  /// The credentials of a login. It is called for each connection that is made, on the task that waits for it.
  ///
  /// Throws ``CredentialError`` if there are none by the deadline, or if the task is cancelled.
  func credentials(
    for login: Login, until deadline: ContinuousClock.Instant
  ) async throws(CredentialError) -> LoginCredentials

  /// Takes note that the server did not accept credentials (28000, 28P01), so that the next ones are not the same that
  /// were kept.
  func wereRefused(_ credentials: LoginCredentials, for login: Login)

  /// Forgets all credentials, so that the next ones are fetched or made anew: a snapshot of the process is to have none.
  func forget()
}

/// Why a ``CredentialSource`` has no credentials.
public struct CredentialError: Error, Hashable, CustomStringConvertible {
  /// One sentence that is safe to log: no secret, and no name of one.
  public let description: String
  /// Whether there may well be some a moment later, without anybody's doing.
  public let isTransient: Bool

  /// Makes an error.
  public init(_ description: String, isTransient: Bool = false) {
    self.description = description
    self.isTransient = isTransient
  }
}

extension ConnectionConfiguration {
  /// The same with credentials in place of whatever the connection string or libpq's defaults say, and of those that a
  /// source would have.
  public func withCredentials(_ credentials: LoginCredentials) -> ConnectionConfiguration {
    var copy = self
    copy.parameters = parameters.setting(credentials.parameters)
    copy.hasPassword = true
    copy.source = nil
    return copy
  }

  /// Has the ``CredentialSource``, if there is one, forget what it keeps.
  func forgetCredentials() {
    source?.forget()
  }

  /// The credentials that the source has for each place; none without a source.
  func credentials(
    until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [Login: LoginCredentials] {
    guard let source else { return [:] }
    var credentials: [Login: LoginCredentials] = [:]
    for login in logins where credentials[login] == nil {
      do throws(CredentialError) {
        credentials[login] = try await source.credentials(for: login, until: deadline)
      } catch {
        throw Task.isCancelled ? PostgresError(.cancelled) : PostgresError(error)
      }
    }
    return credentials
  }

  /// An error of a place. If it refused what the source has, the next credentials are others and may do.
  func noting(_ error: PostgresError, at place: Place) -> PostgresError {
    guard let source, let login = place.login, let credentials = place.credentials,
      [.invalidPassword, .invalidAuthorizationSpecification].contains(error.sqlState)
    else { return error }
    source.wereRefused(credentials, for: login)
    var error = error
    error.details.isPassing = true
    return error
  }
}

extension LoginCredentials {
  var parameters: [ConninfoParameter] {
    [ConninfoParameter(keyword: "user", value: user), ConninfoParameter(keyword: "password", value: password)]
  }
}

extension PostgresError {
  /// What kept a source from having credentials.
  fileprivate init(_ error: CredentialError) {
    self.init(.credentials, error.description)
    details.isPassing = error.isTransient
  }
}
