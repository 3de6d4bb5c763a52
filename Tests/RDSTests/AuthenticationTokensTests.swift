import Postgres
import Synchronization
import TestSupport
import Testing

@testable import RDS

@Suite struct AuthenticationTokensTests {
  /// A clock that stands still until it is told otherwise.
  private final class FakeClock: Sendable {
    private let seconds = Atomic(1_800_000_000)
    func read() -> Int { seconds.load(ordering: .relaxed) }
    func advance(by count: Int) { seconds.add(count, ordering: .relaxed) }
  }

  private let clock = FakeClock()
  private let tokens: AuthenticationTokens
  private let sample = Sample()

  init() {
    tokens = AuthenticationTokens(
      region: "eu-central-1", credentials: Credentials(accessKeyID: "AKID", secretAccessKey: "secret"),
      clock: clock.read)
  }

  private func signedToken(for login: Login, of tokens: AuthenticationTokens? = nil) async throws -> String {
    let credentials = try await (tokens ?? self.tokens).credentials(for: login, until: .now + .seconds(20))
    #expect(credentials.user == login.user)
    return credentials.password
  }

  private func refuse(_ token: String) throws {
    try tokens.wereRefused(LoginCredentials(user: sample.login.user, password: token), for: sample.login)
  }

  @Test func `A token is signed as of now`() async throws {
    let token = try await signedToken(for: sample.login)
    #expect(token.contains("X-Amz-Date=20270115T080000Z&X-Amz-Expires=900"))
  }

  @Test func `A token is used again until it has no more than five minutes left`() async throws {
    let token = try await signedToken(for: sample.login)
    clock.advance(by: 599)
    #expect(try await signedToken(for: sample.login) == token)
    clock.advance(by: 1)
    let next = try await signedToken(for: sample.login)
    #expect(next.contains("X-Amz-Date=20270115T081000Z"))
    clock.advance(by: 599)
    #expect(try await signedToken(for: sample.login) == next)
  }

  @Test func `After a long freeze the token is a new one`() async throws {
    let token = try await signedToken(for: sample.login)
    clock.advance(by: 86_400)
    #expect(try await signedToken(for: sample.login) != token)
  }

  @Test func `A clock that is set back makes a new one`() async throws {
    let token = try await signedToken(for: sample.login)
    clock.advance(by: -1)
    #expect(try await signedToken(for: sample.login) != token)
  }

  @Test func `One that was refused is not used again`() async throws {
    let token = try await signedToken(for: sample.login)
    clock.advance(by: 1)
    try refuse("another")
    #expect(try await signedToken(for: sample.login) == token)
    try refuse(token)
    let next = try await signedToken(for: sample.login)
    #expect(next != token)
    // The refusal of a token that somebody else used meanwhile.
    try refuse(token)
    #expect(try await signedToken(for: sample.login) == next)
  }

  private func all(_ logins: [Login], of tokens: AuthenticationTokens? = nil) async throws -> [String] {
    var made: [String] = []
    for login in logins { made.append(try await signedToken(for: login, of: tokens)) }
    return made
  }

  @Test func `All that were kept can be forgotten`() async throws {
    let token = try await signedToken(for: sample.login)
    clock.advance(by: 1)
    tokens.forget()
    #expect(try await signedToken(for: sample.login) != token)
  }

  @Test func `Each host, port and user has its own`() async throws {
    let logins = [
      Login(host: "a.example", port: 5432, user: "ana"), Login(host: "b.example", port: 5432, user: "ana"),
      Login(host: "a.example", port: 5433, user: "ana"), Login(host: "a.example", port: 5432, user: "bob"),
    ]
    let made = try await all(logins)
    #expect(Set(made).count == logins.count)
    #expect(try await all(logins) == made)
  }

  @Test func `Each of many threads gets the token of its login`() async throws {
    let logins = (1...200).map { Login(host: "db\($0).example", port: 5432, user: "ana") }
    // The clock stands still, so a login's token is always the same.
    let expected = try await all(logins)
    let asked = AuthenticationTokens(
      region: "eu-central-1", credentials: Credentials(accessKeyID: "AKID", secretAccessKey: "secret"),
      clock: clock.read)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        // A thread each: the tasks of a group may share one.
        group.addTask(executorPreference: ThreadExecutor()) {
          let made = try await all(logins, of: asked)
          #expect(made == expected)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `The system's clock tells the time of day`() {
    #expect(AuthenticationTokens.systemClock() > 1_700_000_000)
  }
}
