import Testing

@testable import Postgres

@Suite struct StatementTests {
  @Test func `Interpolations become numbered parameters`() {
    let name = "Robert'); DROP TABLE users;--"
    let statement: Statement = "INSERT INTO users VALUES (\(name), \(1), \(nil as String?))"
    #expect(statement.text == "INSERT INTO users VALUES ($1, $2, $3)")
    #expect(statement.parameters.fields.map(\.type) == [.inferred, .int8, .inferred])
    #expect(statement.parameters.fields.map(\.length) == [29, 8, nil])
    #expect(statement.parameters.error == nil)
  }

  @Test func `Only the spelled-out call puts text into the SQL`() {
    let table = "users"
    let statement: Statement = "SELECT * FROM \(unescapedSQL: table) WHERE handle = \("andrewbrown")"
    #expect(statement.text == "SELECT * FROM users WHERE handle = $1")
  }

  @Test func `Text that would be cut off is refused`() {
    let table = "users\0"
    let statement: Statement = "DELETE FROM \(unescapedSQL: table) WHERE handle = \("andrewbrown")"
    #expect(statement.parameters.error?.reason == .invalidParameter)
  }

  @Test func `A statement's description has no parameters`() {
    let statement: Statement = "SELECT \("secret")"
    #expect("\(statement)" == "SELECT $1")
    #expect(String(reflecting: statement) == "SELECT $1")
  }

  @Test func `A literal alone has no parameters`() {
    let statement: Statement = "SELECT 1"
    #expect(statement.text == "SELECT 1")
    #expect(statement.parameters.fields.isEmpty)
  }

  @Test func `Statements are prepared and not idempotent unless they say so`() {
    let statement: Statement = "SELECT 1"
    #expect(statement.isPrepared)
    #expect(!statement.isIdempotent)
    #expect(!statement.unprepared().isPrepared)
    #expect(statement.idempotent().isIdempotent)
  }

  @Test(arguments: ["\0", "a\0", "\0b", "a\0b"])
  func `U+0000 is an error that names the parameter and not its value`(text: String) throws {
    let statement: Statement = "SELECT \(1), \(text), \("fine")"
    let error = try #require(statement.parameters.error)
    #expect(error.reason == .invalidParameter)
    #expect(error.description == "Parameter $2 holds U+0000, which PostgreSQL cannot store.")
  }

  @Test(arguments: [Int64.min, .min + Timestamp.postgresEpoch - 1, .min + Timestamp.postgresEpoch])
  func `An instant that PostgreSQL cannot have is an error`(microseconds: Int64) throws {
    let statement: Statement = "SELECT \(Timestamp(microsecondsSinceEpoch: microseconds))"
    let error = try #require(statement.parameters.error)
    #expect(error.description == "Parameter $1 is out of range.")
  }

  @Test func `More parameters than the protocol can number are an error`() {
    func statement(parameters count: Int) -> Statement {
      var interpolation = Statement.StringInterpolation(literalCapacity: 0, interpolationCount: count)
      for number in 0..<count { interpolation.appendInterpolation(number) }
      return Statement(stringInterpolation: interpolation)
    }
    #expect(statement(parameters: 65_535).parameters.error == nil)
    #expect(statement(parameters: 65_536).parameters.error?.reason == .invalidParameter)
  }
}
