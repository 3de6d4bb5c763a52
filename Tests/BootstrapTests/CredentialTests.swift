import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// What the environment says about passwords, tokens and certificates.
  @Suite struct CredentialTests {
    private static let url = "postgresql://ana@db.example/d?sslmode=require"
    private static let urlWithPassword = "postgresql://ana:s3cret@db.example/d?sslmode=require"
    private static let iam = [
      "CONNECTION_URL": url, "DATABASE_IAM_AUTH": "1", "AWS_ACCESS_KEY_ID": "s3cret", "AWS_SECRET_ACCESS_KEY": "s3cret",
    ]

    private static let secret = [
      "CONNECTION_URL": "postgresql://db.example/d?sslmode=require", "DATABASE_SECRET_ID": "s3cret",
      "AWS_SESSION_TOKEN": "s3cret",
    ]

    @Test(arguments: [
      (["CONNECTION_URL": urlWithPassword, "PGPASSWORD": "s3cret"], ["password", "PGPASSWORD"]),
      (["CONNECTION_URL": urlWithPassword, "PGPASSFILE": "/s3cret"], ["password", "PGPASSFILE"]),
      (
        ["CONNECTION_URL": url + "&sslrootcert=/s3cret", "PGSSLROOTCERT": "/s3cret"],
        ["sslrootcert", "PGSSLROOTCERT"]
      ),
      (["CONNECTION_URL": url, "PGSSLROOTCERT": "/s3cret"], ["PGSSLROOTCERT"]),
      (["CONNECTION_URL": "postgresql://ana@db.example/d", "HOME": "/s3cret"], ["PGSSLROOTCERT"]),
      (["CONNECTION_URL": url, "DATABASE_IAM_AUTH": "s3cret"], ["DATABASE_IAM_AUTH"]),
      (["CONNECTION_URL": url, "DATABASE_IAM_AUTH": "1"], ["DATABASE_IAM_AUTH", "AWS_ACCESS_KEY_ID"]),
      (iam.merging(["CONNECTION_URL": urlWithPassword]) { $1 }, ["DATABASE_IAM_AUTH", "password"]),
      (iam.merging(["PGPASSWORD": "s3cret"]) { $1 }, ["DATABASE_IAM_AUTH", "PGPASSWORD"]),
      (iam.merging(["PGPASSFILE": "/s3cret"]) { $1 }, ["DATABASE_IAM_AUTH", "PGPASSFILE"]),
      (iam.merging(["PGGSSENCMODE": "require"]) { $1 }, ["DATABASE_IAM_AUTH", "PGGSSENCMODE"]),
      (
        iam.merging(["DATABASE_SECRET_ID": "s3cret", "AWS_SESSION_TOKEN": "s3cret"]) { $1 },
        ["DATABASE_IAM_AUTH", "DATABASE_SECRET_ID"]
      ),
      (secret.merging(["PGPASSWORD": "s3cret"]) { $1 }, ["DATABASE_SECRET_ID", "PGPASSWORD"]),
      (secret.merging(["PGPASSFILE": "/s3cret"]) { $1 }, ["DATABASE_SECRET_ID", "PGPASSFILE"]),
      (secret.merging(["PGUSER": "s3cret"]) { $1 }, ["DATABASE_SECRET_ID", "PGUSER"]),
      (secret.merging(["CONNECTION_URL": urlWithPassword]) { $1 }, ["DATABASE_SECRET_ID", "password"]),
      (secret.merging(["CONNECTION_URL": url]) { $1 }, ["DATABASE_SECRET_ID", "user"]),
      (
        iam.merging(["CONNECTION_URL": "postgresql://ana@db.example/d", "PGSSLMODE": "prefer"]) { $1 },
        ["DATABASE_IAM_AUTH", "PGSSLMODE"]
      ),
    ])
    func `A contradiction is an init error that names the variables`(variables: [String: String], names: [String])
      async throws
    {
      try await withFunction(variables) { invoke in
        let result = await invoke(signUp("sub-1"))
        #expect(result.errorType == "Function.InvalidConfiguration")
        let message = result.errorMessage ?? ""
        for name in names { #expect(message.contains(name), "\(message)") }
        #expect(!message.contains("s3cret"))
      }
    }

    @Test func `Only a verified server is told of the user`() async throws {
      let server = try SecurePostgres()
      let database = try server.postgres.makeDatabase(schema: true)
      let url = database.replacing("@127.0.0.1:", with: "@db.example:") + "?hostaddr=127.0.0.1"
      let event = signUp("sub-1", ["name": "Ana"])
      try await withFunction(["CONNECTION_URL": url, "PGSSLROOTCERT": server.stranger]) { invoke in
        #expect(await invoke(event).errorType == "Function.DatabaseTLS")
      }
      try await withFunction(["CONNECTION_URL": url, "PGSSLROOTCERT": server.authority]) { invoke in
        #expect(await invoke(event) == .response(event))
      }
      #expect(try server.postgres.psql("SELECT count(*) FROM users", url: database) == "1")
    }

    @Test func `A secret's user stores sign-ups, before and after its password is rotated, and no process starts anew`()
      async throws
    {
      let server = try SecurePostgres()
      let database = try server.postgres.makeDatabase(schema: true)
      let role = "CREATE ROLE ana LOGIN PASSWORD 'first'; GRANT SELECT, INSERT ON users TO ana"
      try server.postgres.psql(role, url: database)
      let secret = { PlayedSecretsExtension.secret(user: "ana", password: $0) }
      let played = try PlayedSecretsExtension(["cruddur": secret("first")])
      played.withState { $0.failures = Array(repeating: PlayedSecretsExtension.notReady, count: 3) }
      let name = database.split(separator: "/").last ?? ""
      let variables = [
        "CONNECTION_URL": "postgresql://db.example:\(server.postgres.port)/\(name)?hostaddr=127.0.0.1",
        "PGSSLROOTCERT": server.authority, "DATABASE_SECRET_ID": "cruddur",
      ]
      try await withFunction(variables.merging(played.variables) { $1 }) { invoke in
        #expect(await invoke(signUp("sub-1")) == .response(signUp("sub-1")))
        // Three times it was not ready, of which one was before the first event.
        #expect(played.withState { $0.requests.count } == 4)
        try server.postgres.psql("ALTER ROLE ana PASSWORD 'second'")
        let rotated = secret("second")
        played.withState { $0.secrets["cruddur"] = rotated }
        try server.postgres.terminateSessions(of: database)
        #expect(await invoke(signUp("sub-2")) == .response(signUp("sub-2")))
        #expect(played.withState { $0.requests.count } == 5)
      }
      #expect(try server.postgres.psql("SELECT count(*) FROM users", url: database) == "2")
    }

    @Test func `A secret that may not be read is an error of its own, at once`() async throws {
      let played = try PlayedSecretsExtension()
      let denial = (status: 400, body: #"{"__type":"AccessDeniedException","Message":"s3cret"}"#)
      played.withState { $0.failures = Array(repeating: denial, count: 9) }
      let variables = ["CONNECTION_URL": "postgresql://db.example/d?sslmode=require", "DATABASE_SECRET_ID": "cruddur"]
      try await withFunction(variables.merging(played.variables) { $1 }) { invoke in
        #expect(await invoke(signUp("sub-1")).errorType == "Function.DatabaseCredentials")
      }
      #expect(played.withState { $0.requests.count } == 2)
    }

    @Test func `A configuration that does not contradict itself starts`() async throws {
      let variables = Self.iam.merging(["CONNECTION_URL": Self.url + "&hostaddr=127.0.0.1&port=1"]) { $1 }
      try await withFunction(variables, timeout: shortTimeout) { invoke in
        #expect(await invoke(signUp("sub-1")).errorType == "Function.DatabaseConnectionRefused")
      }
    }
  }
}
