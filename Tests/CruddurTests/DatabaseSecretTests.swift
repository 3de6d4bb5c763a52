import Cruddur
import LambdaRuntime
import Postgres
import Synchronization
import TestSupport
import Testing

/// A secret's user and password log in at a real server, over TLS, and go on to do so when they are rotated.
@Suite(.ownThread) struct DatabaseSecretTests {
  private static let name = "cruddur/db+1@x=."
  private static let password = #"s@f:e/t%y?&#'" \ ü"#

  /// The server that all tests share, made when it is first wanted.
  private static let server = Result { try SecurePostgres(rules: "hostssl all all all scram-sha-256") }

  private let server: SecurePostgres
  private let played: PlayedSecretsExtension
  /// A role of a test's own.
  private let user = "ana_\(UInt32.random(in: 1...UInt32.max))"

  init() throws {
    server = try Self.server.get()
    played = try PlayedSecretsExtension([Self.name: PlayedSecretsExtension.secret(user: user, password: Self.password)])
    try server.postgres.psql("CREATE ROLE \(user) LOGIN PASSWORD '\(Self.password.replacing("'", with: "''"))'")
  }

  /// What the program makes of its environment.
  private func configuration(_ variables: [String: String] = [:]) throws -> Configuration {
    let url = "postgresql://db.example:\(server.postgres.port)/postgres?hostaddr=127.0.0.1"
    let own = ["CONNECTION_URL": url + "&sslrootcert=\(server.authority)", "DATABASE_SECRET_ID": Self.name]
    return try Configuration(
      Environment(own.merging(played.variables) { $1 }.merging(variables) { $1 }))
  }

  private func setSecret(_ password: String) {
    let secret = PlayedSecretsExtension.secret(user: user, password: password)
    played.withState { $0.secrets[Self.name] = secret }
  }

  private func setPassword(_ password: String) throws {
    try server.postgres.psql("ALTER ROLE \(user) PASSWORD '\(password)'")
  }

  /// Whoever is logged in stays when a password changes; a new connection is what it is felt by.
  private func endSessions() throws {
    try server.postgres.psql(
      "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE usename = '\(user)'")
  }

  private var requests: [String] { played.withState { $0.requests } }

  private var ample: ContinuousClock.Instant { .now + .seconds(20) }

  private func failure(
    _ configuration: Configuration, until deadline: ContinuousClock.Instant? = nil
  ) async -> PostgresError? {
    await #expect(throws: PostgresError.self) {
      try await Connection.connect(configuration.database, until: deadline ?? ample)
    }
  }

  @Test func `The secret says who logs in, with a password of any characters, and where is CONNECTION_URL's`()
    async throws
  {
    let connection = try await Connection.connect(configuration().database, until: ample)
    let rows = try await connection.execute(
      "SELECT session_user::text AS name, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", until: ample)
    #expect(try rows[0]["name", as: String.self] == user)
    #expect(try rows[0]["ssl", as: Bool.self])
    #expect(requests == ["/secretsmanager/get?secretId=cruddur%2Fdb%2B1%40x%3D."])
  }

  @Test func `The secret is read once for all connections, and again after a snapshot`() async throws {
    let configuration = try configuration()
    for _ in 0..<3 { _ = try await Connection.connect(configuration.database, until: ample) }
    #expect(requests.count == 1)
    let pool = Pool.serving(configuration)
    // As before a snapshot.
    pool.disconnect()
    try await pool.connect(until: ample)
    #expect(requests.count == 2)
  }

  @Test func `A password that is rotated is read once more, and nobody is refused`() async throws {
    let pool = Pool.serving(try configuration())
    for round in 1...3 {
      try await pool.execute("SELECT 1", until: ample)
      #expect(requests.count == round)
      try setPassword("rotated \(round)")
      setSecret("rotated \(round)")
      try endSessions()
    }
    try await pool.execute("SELECT 1", until: ample)
    #expect(requests.count == 4)
  }

  @Test func `Nobody is refused while the database has the new password and the secret the old one`() async throws {
    let configuration = try configuration(["DATABASE_MAX_CONNECTIONS": "4"])
    let pool = Pool.serving(configuration)
    try await pool.execute("SELECT 1", until: ample)
    try setPassword("later")
    try endSessions()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask(executorPreference: ThreadExecutor()) {
          try await pool.execute("SELECT 1", until: .now + .seconds(20))
        }
      }
      try await Task.sleep(for: .seconds(1))
      setSecret("later")
      try await group.waitForAll()
    }
  }

  @Test func `While the extension gives what it has kept, a rotated password is waited for`() async throws {
    played.withState { $0.isCaching = true }
    let pool = Pool.serving(try configuration())
    try await pool.execute("SELECT 1", until: ample)
    try setPassword("rotated")
    setSecret("rotated")
    try endSessions()
    let execution = Task(executorPreference: ThreadExecutor()) {
      _ = try await pool.execute("SELECT 1", until: .now + .seconds(20))
    }
    // Two of them after the first refusal.
    while requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    played.withState { $0.isCaching = false }
    try await execution.value
  }

  @Test(arguments: [
    PlayedSecretsExtension.notReady, (500, "an unexpected error occurred"), (503, ""), (429, ""),
    (400, #"{"__type":"ThrottlingException"}"#),
  ])
  func `What passes by itself is tried again`(status: Int, body: String) async throws {
    played.withState { $0.failures = [(status, body), (status, body)] }
    let error = await failure(try configuration())
    #expect(error?.reason == .credentials)
    #expect(error?.isTransient == true)
    try await Pool.serving(try configuration()).execute("SELECT 1", until: ample)
    #expect(requests.count == 3)
  }

  @Test(arguments: [
    (
      400, #"{"__type":"AccessDeniedException","Message":"User: s3cret is not authorized"}"#,
      "The function's role may not read"
    ),
    (500, #"operation error: AccessDeniedException: s3cret"#, "The function's role may not read"),
    (404, #"{"__type":"ResourceNotFoundException","Message":"s3cret"}"#, "There is no such secret"),
    (400, #"{"__type":"DecryptionFailure","Message":"s3cret"}"#, "The secret cannot be decrypted"),
    (403, "s3cret", "does not let the function read the secret: it answers with status 403."),
    (400, "s3cret", "has no secret, but answers with status 400: its log says why."),
    (302, "s3cret", "has no secret, but answers with status 302: its log says why."),
    (200, #"{"Name":"s3cret","SecretBinary":"czNjcmV0"}"#, "has answered with no text: the secret may be binary."),
    (200, #"{"SecretString":7}"#, "has answered with no text"), (200, "s3cret", "has answered with no text"),
  ])
  func `What does not pass is said at once, and nothing that was answered`(status: Int, body: String, sentence: String)
    async throws
  {
    played.withState { $0.failures = [(status, body)] }
    let pool = Pool.serving(try configuration())
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1", until: ample) }
    #expect(error?.reason == .credentials)
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    #expect(error?.isTransient == false)
    #expect(error?.description.contains("s3cret") == false)
    #expect(requests.count == 1)
  }

  @Test(arguments: [
    ("s3cret", "A password alone does not say who logs in"), (#"["s3cret"]"#, "A password alone does not say"),
    ("", "A password alone does not say"), (#"{"username":"s3cret"}"#, "The password of the secret"),
    (#"{"password":"s3cret"}"#, "The username of the secret"),
    (#"{"username":"","password":"s3cret"}"#, "The username"),
    (#"{"username":"ana","password":7}"#, "The password"), (#"{"username":"ana","password":""}"#, "The password"),
    (#"{"username":"s3cret","password":"a\u0000s3cret"}"#, "The password"),
    (#"{"username":"s3cret\ud83d","password":"s3cret"}"#, "The username"),
  ])
  func `What is no user and password says what is missing`(secret: String, sentence: String) async throws {
    played.withState { $0.secrets[Self.name] = secret }
    let error = await failure(try configuration())
    #expect(error?.reason == .credentials)
    #expect(error?.isTransient == false)
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("DATABASE_SECRET_ID") == true && error?.description.contains("s3cret") == false)
  }

  @Test func `A secret that there is not is said`() async throws {
    played.withState { $0.secrets = [:] }
    #expect(await failure(try configuration())?.description == "There is no such secret, or it has no current version.")
  }

  @Test func `Where nobody listens, the layer may be missing, or not be there yet`() async throws {
    // Closed again.
    let port = try SilentListener().port
    let error = await failure(try configuration(["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": String(port)]))
    #expect(error?.reason == .credentials)
    #expect(error?.isTransient == true)
    #expect(error?.description.contains("its layer has to be among the function's") == true)
  }

  @Test func `An extension that stays silent has until the deadline, or the end of the task`() async throws {
    let silent = try SilentListener()
    let configuration = try configuration(["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": String(silent.port)])
    let start = ContinuousClock.now
    let error = await failure(configuration, until: start + .milliseconds(300))
    #expect(error?.description == "The AWS Parameters and Secrets extension did not answer in time.")
    #expect((.milliseconds(300)..<(.seconds(10))).contains(start.duration(to: .now)))
    let task = Task(executorPreference: ThreadExecutor()) {
      try await Pool.serving(configuration).connect(until: .now + .seconds(60))
    }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    let cancelled = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(cancelled?.reason == .cancelled)
    #expect(start.duration(to: .now) < .seconds(30))
  }

  @Test func `A server that is not verified gets no password`() async throws {
    let error = await failure(
      try configuration([
        "CONNECTION_URL":
          "postgresql://db.example:\(server.postgres.port)/postgres?hostaddr=127.0.0.1&sslrootcert=\(server.stranger)"
      ]))
    #expect(error?.reason == .tls)
    // A server writes down who wants to log in.
    #expect(try !server.log.contains("user=\(user)"))
  }
}
