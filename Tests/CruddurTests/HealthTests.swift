import JSON
import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import Logging
import Postgres
import TestSupport
import Testing

@testable import Cruddur

/// The check of health as the application's role, whose server each test has for itself: roles belong to one.
@Suite(.ownThread) struct HealthTests {
  private let postgres: ThrowawayPostgres

  init() async throws {
    postgres = try ThrowawayPostgres()
    // What is in template1 is in every database that is made from now on.
    let template = try ConnectionConfiguration(postgres.url(database: "template1"))
    _ = try await Migrator(database: Pool(template, limit: 1)).run()
    try postgres.psql("ALTER ROLE cruddur_app PASSWORD 'app'")
  }

  /// What health is of a database.
  private func check(_ url: String) async throws -> (status: Int, text: String) {
    let application = try ConnectionConfiguration(url).withCredentials(
      LoginCredentials(user: "cruddur_app", password: "app"))
    var router = HTTPRouter()
    router.on(.get, "/api/health", handle: Health(Pool(application, limit: 1)).check)
    let event = #"{"version":"2.0","rawPath":"/api/health","requestContext":{"http":{"method":"GET"}}}"#
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let response = await router.respond(
      to: try HTTPRequest(JSONDocument(Array(event.utf8))), InvocationContext(requestID: "id", logger: logger))
    return (response.status, String(decoding: try await response.collectBody(), as: UTF8.self))
  }

  @Test func `What the application may do is enough, and nothing is written`() async throws {
    let url = try postgres.makeDatabase()
    for _ in 1...2 {
      let (status, text) = try await check(url)
      #expect(status == 200 && text == #"{"status":"ok"}"#, "\(text)")
    }
    #expect(
      try postgres.psql("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM activities)", url: url) == "0|0")
  }

  @Test func `Whatever a statement lacks is the function's fault`() async throws {
    for change in [
      "DROP FUNCTION activity_json", "DROP FUNCTION rfc3339 CASCADE", "DROP TABLE activities CASCADE",
      "DROP TABLE users CASCADE", "ALTER TABLE users RENAME email TO mail",
      "ALTER TABLE activities RENAME expires_at TO ends_at", "REVOKE SELECT ON users FROM cruddur_app",
      "REVOKE SELECT ON activities FROM cruddur_app", "REVOKE INSERT (email) ON users FROM cruddur_app",
      "REVOKE INSERT (expires_at) ON activities FROM cruddur_app",
      "REVOKE UPDATE (replies_count) ON activities FROM cruddur_app",
      "REVOKE EXECUTE ON FUNCTION activity_json FROM cruddur_app",
      "REVOKE EXECUTE ON FUNCTION rfc3339 FROM cruddur_app", "DROP FUNCTION handle_digest CASCADE",
      "REVOKE EXECUTE ON FUNCTION handle_digest FROM cruddur_app",
      "REVOKE USAGE ON SCHEMA public FROM cruddur_app, PUBLIC",
    ] {
      let url = try postgres.makeDatabase()
      try postgres.psql(change, url: url)
      let (status, text) = try await check(url)
      #expect(status == 500 && text.contains("internal_error"), "\(change): \(text)")
    }
  }

  @Test func `A server that only reads is not ready`() async throws {
    let url = try postgres.makeDatabase()
    try postgres.psql("ALTER ROLE cruddur_app SET default_transaction_read_only = on")
    let (status, text) = try await check(url)
    #expect(status == 503 && text.contains("database_unavailable"), "\(text)")
  }
}
