@testable import Postgres
import TestSupport
import Testing

/// A user and a password from elsewhere than the connection string.
@Suite(.ownThread) struct CredentialsTests {
  private let password = #"s@f:e/t%y?&#'" \ ü"#

  @Test func `Credentials take the place of the connection string's`() async throws {
    let postgres = try ThrowawayPostgres()
    try postgres.psql(#"CREATE ROLE "us""er:n@me" LOGIN PASSWORD '\#(password.replacing("'", with: "''"))'"#)
    for url in [postgres.url, postgres.url.replacing(/postgres:[^@]*@/, with: "")] {
      let configuration = try ConnectionConfiguration(url).withCredentials(
        LoginCredentials(user: #"us"er:n@me"#, password: password))
      let connection = try await Connection.connect(configuration, until: ampleTime)
      let user: String? = try await connection.value(
        "SELECT session_user::text || current_database()", until: ampleTime)
      #expect(user == #"us"er:n@mepostgres"#)
    }
    let wrong = try ConnectionConfiguration(postgres.url).withCredentials(
      LoginCredentials(user: "postgres", password: "wrong"))
    let error = await #expect(throws: PostgresError.self) { try await Connection.connect(wrong, until: ampleTime) }
    #expect(error?.reason == .authentication)
  }

  @Test(arguments: [("", "secret", "user"), ("a\0", "secret", "user"), ("a", "", "password"), ("a", "s\0", "password")])
  func `What would not arrive is refused`(user: String, password: String, keyword: String) throws {
    let error = #expect(throws: PostgresError.self) { try LoginCredentials(user: user, password: password) }
    #expect(error?.reason == .configuration)
    #expect(error?.description.contains(keyword) == true && error?.description.contains("secret") == false)
  }

  @Test func `Credentials take the place of those that a source would have`() async throws {
    let made = try ConnectionConfiguration(
      "postgresql://ana@127.0.0.1/d?sslmode=require", credentials: MadeCredentials { _ in "made" })
    #expect(made.hasPassword)
    let given = try made.withCredentials(LoginCredentials(user: "bob", password: "given"))
    #expect(try await given.credentials(until: ampleTime).isEmpty)
    let places = try given.placesText()
    #expect(places.count == 1)
    #expect(places.allSatisfy { $0.contains("user='bob' password='given'") && !$0.contains("made") })
  }

  @Test func `A password that is there is known`() throws {
    #expect(try !ConnectionConfiguration("postgresql://ana@localhost/d").hasPassword)
    #expect(try ConnectionConfiguration("postgresql://ana:secret@localhost/d").hasPassword)
    let given = try ConnectionConfiguration("host=localhost").withCredentials(
      LoginCredentials(user: "a", password: "b"))
    #expect(given.hasPassword)
  }

  @Test func `Credentials are not shown`() throws {
    let credentials = try LoginCredentials(user: "s3cret", password: "s3cret")
    var text = "\(credentials) \(String(reflecting: credentials)) \([credentials])"
    dump(credentials, to: &text)
    #expect(!text.contains("s3cret"))
  }
}
