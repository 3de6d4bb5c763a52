import Glibc
public import Postgres
import Synchronization

/// Tokens for the logins of a process, each signed when it is first wanted and used until it is about to end.
public final class AuthenticationTokens: CredentialSource {
  private struct Entry {
    var credentials: LoginCredentials
    var signed: Int
  }

  /// False: a token is for the user of a login.
  public var namesUser: Bool { false }

  private let region: String
  private let credentials: Credentials
  private let clock: @Sendable () -> Int
  private let entries = Mutex<[Login: Entry]>([:])

  /// How long a token is used, in seconds. Connecting takes some of the rest, and clocks differ.
  private static let usableLifetime = AuthenticationToken.lifetime - 300

  /// Makes an empty collection.
  ///
  /// - Parameters:
  ///   - region: The region of the databases.
  ///   - credentials: Whose right to connect the tokens prove.
  ///   - clock: The seconds since the Unix epoch. It has to go on while the process is frozen, as the system's does.
  public init(
    region: String, credentials: Credentials, clock: @escaping @Sendable () -> Int = AuthenticationTokens.systemClock
  ) {
    self.region = region
    self.credentials = credentials
    self.clock = clock
  }

  /// The login's user, and a token for it that is not older than ten minutes and was not refused before. From any thread;
  /// nothing is waited for.
  ///
  /// Throws `CredentialError` if one has to be signed and OpenSSL fails.
  public func credentials(
    for login: Login, until deadline: ContinuousClock.Instant
  ) async throws(CredentialError) -> LoginCredentials {
    let now = clock()
    let kept = entries.withLock { $0[login] }
    // One from the future was signed before the clock was set back.
    if let kept, (0..<Self.usableLifetime).contains(now - kept.signed) { return kept.credentials }
    do {
      let token = try AuthenticationToken.sign(for: login, region: region, with: credentials, at: now)
      let credentials = try LoginCredentials(user: login.user, password: token)
      entries.withLock { $0[login] = Entry(credentials: credentials, signed: now) }
      return credentials
    } catch {
      throw CredentialError("No token could be signed to log in with. \(error)")
    }
  }

  /// Forgets a token, so that the next one is signed anew. RDS refuses one now and then that it takes a moment later.
  public func wereRefused(_ credentials: LoginCredentials, for login: Login) {
    entries.withLock { entries in
      if entries[login]?.credentials == credentials { entries[login] = nil }
    }
  }

  /// Forgets all tokens.
  public func forget() {
    entries.withLock { $0 = [:] }
  }

  /// [CLOCK_REALTIME](https://man7.org/linux/man-pages/man2/clock_gettime.2.html)
  @Sendable public static func systemClock() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec
  }
}
