import LambdaRuntime
import Postgres
import TestSupport
import Testing

@testable import Cruddur

@Suite struct DatabaseFailureTests {
  typealias Reason = PostgresError.Reason

  @Test(arguments: [
    (Reason.configuration, "DatabaseConfiguration"), (.hostNotFound, "DatabaseHostNotFound"),
    (.connectionRefused, "DatabaseConnectionRefused"), (.tls, "DatabaseTLS"),
    (.authentication, "DatabaseAuthentication"), (.databaseNotFound, "DatabaseNotFound"),
    (.tooManyConnections, "DatabaseTooManyConnections"), (.serverNotReady, "DatabaseNotReady"),
    (.serverShutdown, "DatabaseNotReady"), (.nameResolutionTimeout, "DatabaseTimeout"),
    (.connectTimeout, "DatabaseTimeout"), (.statementTimeout, "DatabaseTimeout"), (.poolTimeout, "DatabaseTimeout"),
    (.connectionFailed, "DatabaseConnectionLost"), (.connectionLost, "DatabaseConnectionLost"),
    (.protocolViolation, "DatabaseConnectionLost"), (.cancelled, "Cancelled"), (.server, "DatabaseError"),
    (.outOfResources, "DatabaseError"), (Reason(rawValue: "of a later version"), "DatabaseError"),
  ]) func `The error's type says which failure it was`(reason: Reason, type: String) {
    #expect(reason.errorType == type)
    #expect(ErrorType(rawValue: "Function.\(type)") != nil)
  }

  private static let migrations =
    "Apply the migrations, with deploy/bin/db-migrate or the function whose _HANDLER is cruddur.migrate."

  @Test(arguments: [
    (
      "DROP TABLE activities, users CASCADE",
      #"(SQLSTATE 42P01) PostgreSQL says: relation "public.users" does not exist. \#(migrations)"#
    ),
    (
      "ALTER TABLE users RENAME email TO mail",
      #"(SQLSTATE 42703) PostgreSQL says: column "email" of relation "users" does not exist. \#(migrations)"#
    ),
    (
      "ALTER TABLE users ADD age int NOT NULL",
      #"(SQLSTATE 23502) PostgreSQL says: null value in column "age" of relation "users" violates not-null constraint."#
    ),
    (
      """
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION '%', NEW.email USING ERRCODE = 'undefined_table'; END $$;
      CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()
      """, "(SQLSTATE 42P01) \(migrations)"
    ),
  ])
  func `A log says what is missing in the schema, and nobody's data`(change: String, end: String) async throws {
    let postgres = try await ThrowawayPostgres.shared
    let url = try postgres.makeDatabase(schema: true)
    try postgres.psql(change, url: url)
    let user = User(displayName: "Ana", email: "ana@example.com", handle: "ana", cognitoUserID: "s-1")
    let error = try #require(
      await #expect(throws: PostgresError.self) {
        try await Users(Pool(ConnectionConfiguration(url), limit: 1)).add(user, until: .now + .seconds(20))
      })
    let failure = DatabaseFailure(cause: error, loss: "user s-1 not stored")
    #expect(failure.logMessage == "user s-1 not stored: The database refused the statement. \(end)")
    #expect(failure.errorMessage == "The database failed.")
  }
}
