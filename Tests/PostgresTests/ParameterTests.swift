import Postgres
import TestSupport
import Testing

@Suite struct ParameterTests {
  @Test func `A row comes back as it was sent`() async throws {
    let pool = try Pool(ConnectionConfiguration(try await ThrowawayPostgres.shared.url), limit: 1)
    let name = "Robert'); DROP TABLE users;--"
    let rows = try await pool.execute(
      "SELECT \(name)::text AS name, \(1) + 1 AS two, \(nil as Int?) AS nothing", until: .now + .seconds(5))
    #expect(try rows[0]["name", as: String.self] == name)
    #expect(try rows[0]["two", as: Int.self] == 2)
    #expect(try rows[0]["nothing", as: Int?.self] == nil)
  }
}
