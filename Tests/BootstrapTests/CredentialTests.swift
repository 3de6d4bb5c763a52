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

    @Test func `A configuration that does not contradict itself starts`() async throws {
      let variables = Self.iam.merging(["CONNECTION_URL": Self.url + "&hostaddr=127.0.0.1&port=1"]) { $1 }
      try await withFunction(variables, timeout: shortTimeout) { invoke in
        #expect(await invoke(signUp("sub-1")).errorType == "Function.DatabaseConnectionRefused")
      }
    }
  }
}
