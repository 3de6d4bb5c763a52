import Postgres
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

/// A closure that makes passwords, none of which is ever refused.
struct MadePasswords: PasswordSource {
  let make: @Sendable (Login) throws -> String

  func password(for login: Login) throws -> String { try make(login) }

  func wasRefused(_ password: String, for login: Login) {}
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

extension Transaction {
  @discardableResult
  func execute(_ statement: Statement) async throws(PostgresError) -> Rows {
    try await execute(statement, until: ampleTime)
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
