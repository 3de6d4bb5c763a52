import Postgres
import Synchronization
import TestSupport

/// More time than any call needs that is not meant to run out of it.
var ampleTime: ContinuousClock.Instant { .now + .seconds(20) }

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
