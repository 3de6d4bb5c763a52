// README: begin
import Postgres

/// Deletes a user and all that they said; returns, as JSON, whom; nil where there is nobody of that handle.
func forget(_ handle: String, in database: Pool, until deadline: ContinuousClock.Instant) async throws -> [UInt8]? {
  try await database.transaction(until: deadline) { transaction in
    let user = try await transaction.value(
      "SELECT uuid FROM users WHERE handle = \(handle)", as: UUID.self, until: deadline)
    try await transaction.execute("DELETE FROM activities WHERE user_uuid = \(user)", until: deadline)
    return try await transaction.object(
      "DELETE FROM users WHERE uuid = \(user) RETURNING handle, display_name", until: deadline)
  }
}
// README: end
import TestSupport
import Testing

@Suite(.ownThread) struct ReadmeExampleTests {
  @Test func `The example does what it says`() async throws {
    let server = try await ThrowawayPostgres.shared
    let url = try server.makeDatabase(schema: true)
    try server.seed(url: url)
    let pool = try Pool(url: url)
    let user = try #require(try await forget("andrewbrown", in: pool, until: ampleTime))
    #expect(String(decoding: user, as: UTF8.self) == #"{"handle":"andrewbrown","display_name":"Andrew Brown"}"#)
    #expect(try await forget("andrewbrown", in: pool, until: ampleTime) == nil)
    #expect(try server.psql("SELECT string_agg(handle, ' ') FROM users", url: url) == "bayko")
    #expect(try server.psql("SELECT count(*) FROM activities", url: url) == "0")
  }

  @Test func `The README has the example as it stands here`() throws {
    #expect(try Repository.readmeHasExample())
  }
}
