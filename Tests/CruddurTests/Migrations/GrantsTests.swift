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
    let master = try ConnectionConfiguration(url).withCredentials(
      LoginCredentials(user: "cruddurroot", password: "root"))
    migrator = Migrator(database: Pool(master, limit: 1))
  }

  private var ampleTime: ContinuousClock.Instant { .now + .seconds(60) }

  /// A session of the application's, which in this test has a password.
  private func application() async throws -> Connection {
    try postgres.psql("ALTER ROLE cruddur_app PASSWORD 'app'")
    let configuration = try ConnectionConfiguration(url).withCredentials(
      LoginCredentials(user: "cruddur_app", password: "app"))
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
    try postgres.psql("CREATE PROCEDURE work() BEGIN ATOMIC END; CREATE TYPE mood AS ENUM ('calm')", url: url)
    try postgres.psql("CREATE SCHEMA \"Odd schema\" CREATE TABLE \"T\" (a int) CREATE VIEW v AS SELECT 1", url: url)
    for kind in ["TYPE mood", "PROCEDURE work", "SCHEMA \"Odd schema\"", "TABLE \"Odd schema\".\"T\""] {
      try postgres.psql("ALTER \(kind) OWNER TO cruddurroot", url: url)
    }
    try postgres.psql("ALTER VIEW \"Odd schema\".v OWNER TO cruddurroot", url: url)
    let granted = try state()
    for statement in [
      "GRANT DELETE ON users TO cruddur_app", "GRANT UPDATE (message) ON activities TO cruddur_app WITH GRANT OPTION",
      "GRANT SELECT ON schema_migrations TO cruddur_app", "GRANT DELETE ON users TO PUBLIC",
      "GRANT UPDATE (message) ON activities TO PUBLIC", "GRANT SELECT ON schema_migrations TO PUBLIC",
      "GRANT ALL ON FUNCTION rfc3339 TO cruddur_app WITH GRANT OPTION",
      "GRANT ALL ON PROCEDURE work TO cruddur_app", "GRANT ALL ON TYPE mood TO cruddur_app",
      "GRANT ALL ON SCHEMA public, \"Odd schema\" TO cruddur_app",
      "GRANT INSERT (a) ON \"Odd schema\".\"T\" TO cruddur_app", "GRANT SELECT ON \"Odd schema\".v TO cruddur_app",
      "GRANT ALL ON DATABASE cruddur TO cruddur_app",
      "ALTER DEFAULT PRIVILEGES FOR ROLE cruddurroot IN SCHEMA public GRANT ALL ON TABLES TO cruddur_app",
      "ALTER DEFAULT PRIVILEGES FOR ROLE cruddurroot GRANT ALL ON SCHEMAS TO cruddur_app",
      "GRANT pg_read_all_data, pg_monitor TO cruddur_app WITH ADMIN OPTION",
      "GRANT rds_iam TO cruddur_app WITH ADMIN OPTION",
      "ALTER ROLE cruddur_app CREATEDB CREATEROLE NOINHERIT NOLOGIN CONNECTION LIMIT 0",
      "ALTER ROLE cruddur_app SET statement_timeout = '1h'", "ALTER ROLE cruddur_app SET search_path = \"Odd schema\"",
      "ALTER ROLE cruddur_app IN DATABASE cruddur SET statement_timeout = 0",
    ] {
      try postgres.psql(statement, url: url)
    }
    #expect(try state() != granted)
    #expect(try await migrator.run() == [])
    #expect(try state() == granted)
    try await expectLimits()
  }

  @Test func `A later run takes back what somebody granted who is no more`() async throws {
    _ = try await migrator.run()
    let granted = try state()
    try postgres.psql("CREATE ROLE boss SUPERUSER; SET ROLE boss; GRANT pg_monitor TO cruddur_app")
    try postgres.psql("DROP ROLE boss")
    #expect(try state() != granted)
    _ = try await Migrator(url: url).run()
    #expect(try state() == granted)
  }

  @Test func `A later run gives back what was taken by hand, and leaves the password`() async throws {
    _ = try await migrator.run()
    let granted = try state()
    _ = try await application()
    try postgres.psql(
      "REVOKE ALL ON users, activities FROM cruddur_app; REVOKE USAGE ON SCHEMA public FROM cruddur_app", url: url)
    try postgres.psql("REVOKE rds_iam FROM cruddur_app; ALTER ROLE cruddur_app RESET ALL", url: url)
    #expect(try await migrator.run() == [])
    #expect(try state() == granted)
    let configuration = try ConnectionConfiguration(url).withCredentials(
      LoginCredentials(user: "cruddur_app", password: "app"))
    _ = try await Connection.connect(configuration, until: ampleTime)
  }

  /// All that the application's role is and may.
  private func state() throws -> String {
    try postgres.psql(
      """
      SELECT rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit
      FROM pg_roles WHERE rolname = 'cruddur_app';
      SELECT setdatabase, setconfig FROM pg_db_role_setting WHERE setrole = 'cruddur_app'::regrole;
      SELECT roleid::regrole, admin_option FROM pg_auth_members WHERE member = 'cruddur_app'::regrole;
      SELECT deptype, type, identity FROM pg_shdepend, pg_identify_object(classid, objid, objsubid)
      WHERE refobjid = 'cruddur_app'::regrole ORDER BY 1, 2, 3;
      SELECT relname, relacl FROM pg_class WHERE relacl::text ~ 'cruddur_app' ORDER BY 1;
      SELECT attname, attacl FROM pg_attribute WHERE attacl::text ~ 'cruddur_app' ORDER BY 1;
      SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
      WHERE grantee = 'PUBLIC' AND table_schema = 'public' ORDER BY 1, 2, 3;
      SELECT proname, proacl FROM pg_proc WHERE proacl::text ~ 'cruddur_app' ORDER BY 1;
      SELECT nspname, nspacl FROM pg_namespace WHERE nspacl::text ~ 'cruddur_app' ORDER BY 1;
      SELECT datname, datacl FROM pg_database WHERE datacl::text ~ 'cruddur_app' ORDER BY 1
      """, url: url)
  }

  @Test(arguments: [
    "ALTER ROLE cruddur_app SUPERUSER", "ALTER ROLE cruddur_app REPLICATION", "ALTER ROLE cruddur_app BYPASSRLS",
    "ALTER ROLE cruddur_app SET log_statement = 'none'",
    "ALTER ROLE cruddur_app IN DATABASE cruddur SET log_statement = 'none'",
    "CREATE TABLE theirs (); GRANT SELECT ON theirs TO cruddur_app",
    "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO cruddur_app",
    "GRANT SET ON PARAMETER log_statement TO cruddur_app",
    "GRANT CREATE ON TABLESPACE pg_default TO cruddur_app",
  ])
  func `What only a superuser can take back is an error until one does`(added: String) async throws {
    _ = try await migrator.run()
    let granted = try state()
    try postgres.psql(added, url: url)
    let changed = try state()
    let failure = await #expect(throws: DatabaseFailure.self) { try await migrator.run() }
    #expect(failure?.cause.sqlState == .insufficientPrivilege)
    #expect(try state() == changed)
    _ = try await Migrator(url: url).run()
    #expect(try state() == granted)
  }

  @Test func `Whatever the application owns is an error that names it`() async throws {
    _ = try await migrator.run()
    try postgres.psql("ALTER TABLE users OWNER TO cruddur_app", url: url)
    let failure = await #expect(throws: DatabaseFailure.self) { try await Migrator(url: url).run() }
    #expect(failure?.cause.debugMessage?.contains("cruddur_app owns the table public.users") == true)
  }

  @Test func `A run waits for one in another database that changes the role, and goes on`() async throws {
    let urls = try [postgres.makeDatabase(), postgres.makeDatabase()]
    for url in urls { _ = try await Migrator(url: url).run() }
    try postgres.psql("ALTER ROLE cruddur_app CREATEDB; ALTER ROLE cruddur_app SET work_mem = '1GB'")
    let other = try PsqlSession(urls[0])
    defer { other.end() }
    try other.send("BEGIN;\n" + Migration.grants)
    try wait(for: "SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND query ~ 'EXECUTE'")
    let run = Task(executorPreference: ThreadExecutor()) { try await Migrator(url: urls[1]).run() }
    try wait(for: "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    try other.send("COMMIT;")
    #expect(try await run.value == [])
    try await expectLimits()
  }

  /// Waits until a query answers `t`.
  private func wait(for query: String) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try postgres.psql(query) != "t" {
      guard .now < deadline else { throw TestSupportError("never: \(query)") }
    }
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
