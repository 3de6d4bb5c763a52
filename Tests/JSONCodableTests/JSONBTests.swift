import JSONCodable
import Postgres
import TestSupport
import Testing

private struct Address: Codable, Hashable {
  var street: String
  var number: Int?
}

/// Codable values in the database.
@Suite(.ownThread) struct JSONBTests {
  private let deadline = ContinuousClock.now + .seconds(20)

  private func connect() async throws -> Connection {
    try await Connection.connect(ConnectionConfiguration(ThrowawayPostgres.shared.url), until: deadline)
  }

  @Test func `A value goes as jsonb, and comes back`() async throws {
    let (here, there) = (Address(street: "Grüner \"Weg\"\n", number: 1), Address(street: "", number: nil))
    let connection = try await connect()
    let row = try await connection.execute(
      """
      SELECT \(JSONB(here)) AS value, \(JSONB(here)) ->> 'street' AS street, pg_typeof(\(JSONB(here)))::text AS type,
        \(JSONB(here))::json AS json, \([JSONB(here), nil, JSONB(there)]) AS array, \(nil as JSONB<Address>?) AS nothing
      """, until: deadline)[0]
    #expect(try row["value", as: JSONB<Address>.self].value == here)
    #expect(try row["street", as: String.self] == here.street)
    #expect(try row["type", as: String.self] == "jsonb")
    #expect(try row["json", as: JSONB<Address>.self].value == here)
    #expect(try row["array", as: [JSONB<Address>?].self] == [JSONB(here), nil, JSONB(there)])
    #expect(try row["nothing", as: JSONB<Address>?.self] == nil)
  }

  @Test func `A value may be any JSON`() async throws {
    let connection = try await connect()
    let row = try await connection.execute(
      "SELECT \(JSONB([1, 2])) AS a, \(JSONB("é")) AS b, 'null'::jsonb AS c", until: deadline)[0]
    #expect(try row.decode((JSONB<[Int]>, JSONB<String>, JSONB<Int?>).self).1.value == "é")
    #expect(try row["a", as: JSONB<[Int]>.self].value == [1, 2])
    #expect(try row["c", as: JSONB<Int?>.self].value == nil)
  }

  @Test func `JSON of another form is an error that does not repeat it`() async throws {
    let connection = try await connect()
    let row = try await connection.execute(
      "SELECT '{\"secret\":1}'::jsonb AS value, '{}'::text AS text", until: deadline)[0]
    let error = #expect(throws: PostgresError.self) { try row["value", as: JSONB<Address>.self] }
    #expect(error?.description == "Column \"value\" (jsonb) has a value out of the range of JSONB<Address>.")
    let text = #expect(throws: PostgresError.self) { try row["text", as: JSONB<Address>.self] }
    #expect(text?.description == "Column \"text\" (text) cannot be read as JSONB<Address>.")
  }

  @Test func `A value that is no JSON is no parameter`() async throws {
    let connection = try await connect()
    let error = await #expect(throws: PostgresError.self) {
      try await connection.execute("SELECT \(1), \(JSONB(Double.nan))", until: deadline)
    }
    #expect(error?.description == "Parameter $2 cannot be encoded.")
  }

  @Test func `Bytes that are no jsonb are malformed`() {
    for bytes in [[], [2, 0x31]] as [[UInt8]] {
      #expect(throws: ColumnDecodingError.malformed) { try JSONB<Int>(decoding: bytes.span.bytes, of: .jsonb) }
    }
  }
}
