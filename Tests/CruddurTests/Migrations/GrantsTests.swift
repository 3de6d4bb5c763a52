import Postgres
import TestSupport
import Testing

@testable import Cruddur

/// The application's role on a server like RDS's, whose master is no superuser. Roles belong to a server, so each test
/// has its own.
@Suite(.ownThread) struct GrantsTests {
  private let postgres: ThrowawayPostgres
  private let url: String
  private let migrator: Migrator

  init() throws {
    postgres = try ThrowawayPostgres()
    url = postgres.url(database: "cruddur")
    for statement in [
      "CREATE ROLE cruddurroot LOGIN CREATEROLE PASSWORD 'root'", "CREATE ROLE rds_iam",
      "GRANT rds_iam TO cruddurroot WITH ADMIN OPTION", "CREATE DATABASE cruddur OWNER cruddurroot",
    ] {
      try postgres.psql(statement)
    }
    let master = try ConnectionConfiguration(url).withCredentials(user: "cruddurroot", password: "root")
    migrator = Migrator(database: Pool(master, limit: 1))
  }

  private var ampleTime: ContinuousClock.Instant { .now + .seconds(60) }

  /// A session of the application's, which in this test has a password.
  private func application() async throws -> Connection {
    try postgres.psql("ALTER ROLE cruddur_app PASSWORD 'app'")
    let configuration = try ConnectionConfiguration(url).withCredentials(user: "cruddur_app", password: "app")
    return try await Connection.connect(configuration, until: ampleTime)
  }

  @Test func `The application may do what its statements need`() async throws {
    _ = try await migrator.run()
    try postgres.psql(
      """
      WITH ana AS (
        INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('Ana', 'ana', 'sub') RETURNING uuid
      )
      INSERT INTO activities (uuid, user_uuid, message)
      SELECT '00000000-0000-0001-0000-000000000002', uuid, 'Hello' FROM ana
      """, url: url)
    let application = try await application()
    for (file, statement) in SQLTests.statements {
      let error = await failure(of: statement, in: application)
      #expect(error == nil, "\(file): \(String(describing: error?.debugMessage))")
    }
    #expect(try postgres.psql("SELECT count(*), sum(replies_count) FROM activities", url: url) == "5|2")
  }

  @Test func `The application may do nothing else`() async throws {
    _ = try await migrator.run()
    let application = try await application()
    for statement: Statement in [
      "DELETE FROM users", "DELETE FROM activities", "TRUNCATE activities", "DROP TABLE activities",
      "DROP FUNCTION rfc3339", "ALTER TABLE users ADD COLUMN more text", "CREATE TABLE more ()",
      "CREATE TEMPORARY TABLE more ()", "CREATE SCHEMA more", "CREATE FUNCTION more() RETURNS int RETURN 1",
      "CREATE INDEX ON users (email)", "SELECT FROM users FOR UPDATE",
      "SELECT name FROM schema_migrations", "INSERT INTO schema_migrations VALUES ('004-more', '')",
      "UPDATE users SET display_name = 'Eve'", "UPDATE activities SET message = 'Eve'",
      "UPDATE activities SET likes_count = 1", "UPDATE activities SET user_uuid = gen_random_uuid()",
      "INSERT INTO users (display_name, handle, cognito_user_id, created_at) VALUES ('Eve', 'eve', 'eve', now())",
      "INSERT INTO activities (user_uuid, message, likes_count) VALUES (gen_random_uuid(), 'Eve', 1)",
      "SET ROLE cruddurroot", "CREATE ROLE eve", "CREATE DATABASE eve", "SELECT pg_read_file('/etc/passwd')",
    ] {
      let error = await failure(of: statement.unprepared(), in: application)
      #expect(error?.sqlState == .insufficientPrivilege, "\(statement): \(String(describing: error?.debugMessage))")
    }
  }

  @Test func `The role limits its sessions, and is let in by IAM`() async throws {
    _ = try await migrator.run()
    try await expectLimits()
  }

  private func expectLimits() async throws {
    let application = try await application()
    for (setting, value) in [("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "5s")] {
      let shown: String? = try await application.value("SELECT current_setting(\(setting))", until: ampleTime)
      #expect(shown == value)
    }
    #expect(try postgres.psql("SELECT pg_has_role('cruddur_app', 'rds_iam', 'MEMBER')") == "t")
    let rights = "rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication"
    #expect(try postgres.psql("SELECT \(rights) FROM pg_roles WHERE rolname = 'cruddur_app'") == "f")
  }

  @Test func `A later run takes back what was added by hand`() async throws {
    _ = try await migrator.run()
    let acl = "SELECT relname, relacl FROM pg_class WHERE relname IN ('users', 'activities') ORDER BY 1"
    let granted = try postgres.psql(acl, url: url)
    try postgres.psql(
      "GRANT DELETE ON users TO cruddur_app; GRANT UPDATE (message) ON activities TO cruddur_app", url: url)
    try postgres.psql("ALTER ROLE cruddur_app RESET ALL")
    #expect(try await migrator.run() == [])
    #expect(try postgres.psql(acl, url: url) == granted)
    let columns = "SELECT count(*) FROM pg_attribute WHERE attname = 'message' AND 'cruddur_app=w/cruddurroot' = ANY "
    #expect(try postgres.psql(columns + "(attacl::text[])", url: url) == "0")
    try await expectLimits()
  }

  @Test func `Databases of one server can be migrated at once`() async throws {
    let urls = try (0..<6).map { _ in try postgres.makeDatabase() }
    let applied = try await withThrowingTaskGroup(of: [String].self) { group in
      for url in urls {
        group.addTask(executorPreference: ThreadExecutor()) { try await Migrator(url: url).run() }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(applied == Array(repeating: Migration.all.map(\.name), count: urls.count))
    #expect(try postgres.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'cruddur_app'") == "1")
  }

  private func failure(of statement: Statement, in connection: Connection) async -> PostgresError? {
    do throws(PostgresError) {
      try await connection.execute(statement, until: ampleTime)
      return nil
    } catch {
      return error
    }
  }
}
