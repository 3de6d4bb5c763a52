import Foundation
import JSON
import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// `_HANDLER=cruddur.migrate`: an empty database can be signed up to.
  @Suite struct MigrationTests {
    private let postgres: ThrowawayPostgres
    private let url: String

    init() async throws {
      postgres = try await ThrowawayPostgres.shared
      url = try postgres.makeDatabase()
    }

    private var handler: [String: String] { ["_HANDLER": "cruddur.migrate", "CONNECTION_URL": url] }

    /// The database without a user and a password.
    private var place: String { url.replacing(/\/\/[^@]*@/, with: "//") }

    private func event(_ text: String) -> [UInt8] { Array(text.utf8) }

    private let all = #""001-users","002-activities","003-activity-json","004-handle-digest""#

    private func answer(_ applied: String) -> InvocationResult {
      .response(event(#"{"applied":[\#(applied)],"current":"004-handle-digest"}"#))
    }

    @Test func `An empty database is migrated once, and serves a sign-up`() async throws {
      try await withFunction(handler) { invoke in
        #expect(await invoke(event("{}")) == answer(all))
        #expect(await invoke(event("{}")) == answer(""))
      }
      try await withFunction(["CONNECTION_URL": url, "_HANDLER": "cruddur.events"]) { invoke in
        let event = signUp("sub-1")
        #expect(await invoke(event) == .response(event))
      }
      #expect(try postgres.psql("SELECT cognito_user_id FROM users", url: url) == "sub-1")
    }

    @Test func `The secret comes with the event, and the error for a wrong one does not repeat it`() async throws {
      let components = try #require(URLComponents(string: url))
      let (user, password) = (try #require(components.user), try #require(components.password))
      try await withFunction(["_HANDLER": "cruddur.migrate", "CONNECTION_URL": place]) { invoke in
        let wrong = await invoke(event(#"{"username":"\#(user)","password":"SECRET"}"#))
        #expect(wrong.errorType == "Function.DatabaseAuthentication")
        #expect(wrong.errorMessage?.contains("28P01") == true && wrong.errorMessage?.contains("SECRET") == false)
        let secret = event(#"{"username":"\#(user)","password":"\#(password)","engine":"postgres"}"#)
        #expect(await invoke(secret) == answer(all))
        // It was that event's alone.
        #expect(await invoke(event("{}")).errorType == "Function.DatabaseAuthentication")
      }
    }

    @Test func `Two passwords are refused`() async throws {
      let elsewhere = ["_HANDLER": "cruddur.migrate", "CONNECTION_URL": place, "PGPASSWORD": "s3cret"]
      let made = [
        "_HANDLER": "cruddur.migrate", "CONNECTION_URL": "postgresql://ana@127.0.0.1/d?sslmode=require",
        "DATABASE_IAM_AUTH": "1", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "key",
      ]
      let secret = [
        "_HANDLER": "cruddur.migrate", "CONNECTION_URL": "postgresql://db.example/d?sslmode=require",
        "DATABASE_SECRET_ID": "s3cret", "AWS_SESSION_TOKEN": "s3cret",
      ]
      for variables in [handler, elsewhere, made, secret] {
        try await withFunction(variables) { invoke in
          let result = await invoke(event(#"{"username":"postgres","password":"s3cret"}"#))
          #expect(result.errorType == "Function.InvalidConfiguration")
          let names = "CONNECTION_URL, PGPASSWORD, DATABASE_SECRET_ID or DATABASE_IAM_AUTH"
          #expect(result.errorMessage?.contains(names) == true)
          #expect(result.errorMessage?.contains("s3cret") == false)
        }
      }
    }

    @Test(arguments: [
      ("", "Function.InvalidJSON"), ("[]", "Function.InvalidEvent"), (#"{"password":"a"}"#, "Function.InvalidEvent"),
    ])
    func `A bad event is an error, and the next one is served`(payload: String, type: String) async throws {
      try await withFunction(handler) { invoke in
        #expect(await invoke(event(payload)).errorType == type)
        #expect(await invoke(event("{}")) == answer(all))
      }
    }

    @Test func `Whose handle a migration changes is in the answer and in the log, and the handle is in neither`()
      async throws
    {
      try await withFunction(handler) { invoke in _ = await invoke(event("{}")) }
      try postgres.psql(
        """
        DROP INDEX users_handle_digest_key;
        DROP FUNCTION handle_digest;
        DELETE FROM schema_migrations WHERE name = '004-handle-digest';
        INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('Zoë', 'zoë', 'sub-1'), ('Zoë', 'ZOË', 'sub-2');
        """, url: url)
      let file = try TemporaryFile(event("{}"))
      let invoked = try Invoked([file.url.path, "--env", "_HANDLER=cruddur.migrate"], url: url)
      let renamed = try postgres.psql(
        "SELECT uuid || ' (sub ' || cognito_user_id || ')' FROM users WHERE handle ILIKE 'zoë-sub-_'", url: url)
      let answer = try JSONDocument(Array(invoked.output.utf8)).root
      let remarks = try answer.member("remarks").elements().map { try $0.string() }
      #expect(remarks.count == 1 && remarks.first?.contains(renamed) == true, "\(remarks)")
      #expect(invoked.log.contains(" WARN ") && invoked.log.contains(renamed))
      #expect(!(invoked.output + invoked.log).lowercased().contains("zoë"))
    }

    @Test func `A migration that the program does not know is named`() async throws {
      try await withFunction(handler) { invoke in
        _ = await invoke(event("{}"))
        try postgres.psql("INSERT INTO schema_migrations VALUES ('900-later', '')", url: url)
        let result = await invoke(event("{}"))
        #expect(result.errorType == "Function.MigrationConflict")
        #expect(result.errorMessage?.contains("900-later") == true)
      }
    }

    @Test func `An unknown _HANDLER is an init error`() async throws {
      try await withFunction(["_HANDLER": "cruddur.migrations", "CONNECTION_URL": url]) { invoke in
        let result = await invoke(event("{}"))
        guard case .initError = result else {
          Issue.record("\(result)")
          return
        }
        #expect(result.errorType == "Function.InvalidConfiguration")
        #expect(result.errorMessage?.contains("_HANDLER") == true)
      }
    }
  }
}
