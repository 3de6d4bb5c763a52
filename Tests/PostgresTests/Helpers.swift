@testable import Postgres
import Synchronization
import TestSupport
import Testing

/// More time than any call needs that is not meant to run out of it.
var ampleTime: ContinuousClock.Instant { .now + .seconds(20) }

/// How late a call may be: far more than a busy machine holds it up, and far less than the twenty seconds or more that
/// it would take without its deadline.
let tolerance = Duration.seconds(5)

/// Expects that it is the time of a deadline, or little later, and not earlier.
func expectTime(of deadline: ContinuousClock.Instant, sourceLocation: SourceLocation = #_sourceLocation) {
  let late = deadline.duration(to: .now)
  #expect((.zero..<tolerance).contains(late), "\(late) late", sourceLocation: sourceLocation)
}

/// Waits until a condition holds, twenty seconds at most.
func waitUntil(_ condition: () async throws -> Bool) async throws {
  let end = ampleTime
  while try await !condition() {
    guard .now < end else { throw TestSupportError("What was waited for has not come about in 20 s.") }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// The shared server's URL.
var sharedURL: String {
  get async throws { try await ThrowawayPostgres.shared.url }
}

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) {
    self.value = Mutex(value)
  }

  func withLock<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
    value.withLock { body(&$0) }
  }
}

/// A closure that makes passwords, or users as well, none of which is ever refused.
struct MadeCredentials: CredentialSource {
  var namesUser = false
  let make: @Sendable (Login) throws(CredentialError) -> String

  func credentials(for login: Login, until deadline: ContinuousClock.Instant) async throws(CredentialError)
    -> LoginCredentials
  {
    let password = try make(login)
    do {
      return try LoginCredentials(user: namesUser ? "made" : login.user, password: password)
    } catch {
      throw CredentialError(error.description)
    }
  }

  func wereRefused(_ credentials: LoginCredentials, for login: Login) {}

  func forget() {}
}

extension ConnectionConfiguration {
  /// What libpq is given for each place, in lines of `keyword='value'`, to be compared.
  func placesText(until deadline: ContinuousClock.Instant = ampleTime) throws -> [String] {
    try places(unless: EventFD(), until: deadline).map(\.text)
  }
}

extension ConnectionConfiguration.Place {
  /// The parameters, to be compared.
  var text: String { parameters.map { "\($0.keyword)='\($0.value)'" }.joined(separator: " ") }
}

extension Pool {
  convenience init(url: String, limit: Int = 1) throws {
    self.init(try ConnectionConfiguration(url), limit: limit)
  }

  @discardableResult
  func execute(_ statement: Statement) async throws(PostgresError) -> Rows {
    try await execute(statement, until: ampleTime)
  }

  @discardableResult
  func transaction<Value>(_ body: (inout Transaction) async throws -> Value) async throws -> Value {
    try await transaction(until: ampleTime, body)
  }
}

extension Connection {
  static func connect(_ url: String, until deadline: ContinuousClock.Instant = ampleTime) async throws -> Connection {
    try await connect(ConnectionConfiguration(url), until: deadline)
  }

  @discardableResult
  func execute(_ statement: Statement) async throws(PostgresError) -> Rows {
    try await execute(statement, until: ampleTime)
  }
}

/// The only value of a statement's only row.
func value<Value: ColumnDecodable>(_ rows: Rows, as type: Value.Type = Value.self) throws -> Value {
  try rows[0]["value", as: type]
}
