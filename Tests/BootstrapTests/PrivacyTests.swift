import Foundation
import LocalLambda
import TestSupport
import Testing

extension EndToEnd {
  /// Nothing that a person says of themselves, no secret and no host is in the log, the metrics or what whoever invoked the
  /// function is told of an error: whatever fails, at each level, in both formats.
  ///
  /// What may be there: a user's `sub`, an invocation's request id, the id of a tenant, a trigger's name, names of tables,
  /// columns and variables, and that of a connection parameter that libpq does not have.
  @Suite struct PrivacyTests {
    private static let formats = ["Text", "JSON"]
    private static let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
    private static let secrets = [
      "AWS_ACCESS_KEY_ID": Marker.text, "AWS_SECRET_ACCESS_KEY": Marker.text, "AWS_SESSION_TOKEN": Marker.text,
      "API_TOKEN": Marker.text, "METRICS_NAMESPACE": "cruddur",
    ]

    private func expectNothing(_ text: String, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
      if let leak = Marker.found(in: text) { Issue.record("\(what) has it: \(leak)", sourceLocation: sourceLocation) }
    }

    /// An invocation whose headers have the marker, too, where AWS has what comes from outside.
    private func invoke(_ api: RuntimeAPI, _ payload: [UInt8], timeout: Duration) async -> InvocationResult {
      let json = #"{"client":{"app_title":"\#(Marker.text)"}}"#
      return await api.invoke(
        InvocationRequest(
          payload: payload, timeout: timeout, clientContext: json, cognitoIdentity: json, tenantID: "tenant-1"))
    }

    /// Runs a process, and looks for the marker in all that comes out of it but the answers.
    ///
    /// - Returns: The log.
    @discardableResult private func run(
      _ variables: [String: String], _ events: [[UInt8]], timeout: Duration = .milliseconds(1_500),
      _ check: (Int, InvocationResult) -> Void = { _, _ in }
    ) async throws -> String {
      let log = try await withProcess(Self.secrets.merging(variables) { $1 }) { api, _ in
        for (index, event) in events.enumerated() {
          let result = await invoke(api, event, timeout: timeout)
          check(index, result)
          switch result {
          case .response: break
          case .functionError(let type, let body), .initError(let type, let body):
            expectNothing(type + String(decoding: body, as: UTF8.self), "the error \(index)")
          default: Issue.record("event \(index): \(result)")
          }
        }
        for exchange in await api.exchanges { expectNothing("\(exchange)", "a request to the Runtime API") }
      }
      expectNothing(log, "the log")
      return log
    }

    @Test func `The marker is found in whatever spelling`() {
      let text = Marker.text
      for shift in ["", "a", "ab", "abc"] {
        #expect(Marker.found(in: Data("\(shift)\(text)\(shift)".utf8).base64EncodedString()) != nil)
      }
      let hexadecimal = text.utf8.map { String(format: "%02X", $0) }.joined()
      for spelling in [text.uppercased(), "a\(text)b", hexadecimal, "tel:12065550147"] {
        #expect(Marker.found(in: spelling) != nil)
      }
      #expect(Marker.found(in: "user added sub=ok_1") == nil)
    }

    @Test(arguments: formats, levels) func `Nobody is in what is said of their event`(format: String, level: String)
      async throws
    {
      let postgres = try await ThrowawayPostgres.shared
      let url = try postgres.makeDatabase(schema: true)
      try postgres.psql(PrivacyEvent.database, url: url)
      let events = PrivacyEvent.triggers + PrivacyEvent.malformed + PrivacyEvent.requests
      let variables = [
        "CONNECTION_URL": url, "AWS_LAMBDA_LOG_FORMAT": format, "AWS_LAMBDA_LOG_LEVEL": level,
        "ALLOW_ANONYMOUS_AUTHOR": "1",
      ]
      let log = try await run(variables, events.map(\.payload)) { index, result in
        // Otherwise nothing would have been tried.
        if events[index].errorType != "Function.DatabaseError" {
          #expect(result.errorType == events[index].errorType, "event \(index)")
        } else {
          #expect(result.errorType?.hasPrefix("Function.Database") == true, "event \(index)")
        }
      }
      let lost = events.compactMap(\.lostSub)
      let failures = log.split(separator: "\n").filter { $0.contains("sign-up failed") }
      #expect(failures.count == (level == "FATAL" ? 0 : lost.count))
      if level != "FATAL" {
        for sub in lost where !sub.isEmpty {
          #expect(
            failures.count { $0.contains(format == "JSON" ? #""sub":"\#(sub)""# : " sub=\(sub) ") } == 1, "\(sub)")
        }
      }
      #expect(log.contains(#""SignUpsFailed":[1.0]"#) && log.contains(#""HealingsFailed":[1.0]"#))
      let users = try postgres.psql("SELECT count(*) FROM users WHERE display_name = '\(Marker.text)'", url: url)
      #expect(users == "5")
    }

    /// How to connect, with the marker in what is secret or says where.
    private static let connections: [[String: String]] = [
      ["CONNECTION_URL": "postgresql://ana:\(Marker.text)@127.0.0.1:PORT/postgres"],
      ["CONNECTION_URL": "postgresql://\(Marker.text):\(Marker.text)@127.0.0.1:PORT/\(Marker.text)"],
      ["CONNECTION_URL": "postgresql://postgres:PASSWORD@127.0.0.1:PORT/\(Marker.text)"],
      ["CONNECTION_URL": "postgresql://ana@127.0.0.1:PORT/postgres", "PGPASSWORD": Marker.text],
      ["CONNECTION_URL": "postgresql://ana:\(Marker.text)@127.0.0.1:1/\(Marker.text)"],
      ["CONNECTION_URL": "postgresql://ana:\(Marker.text)@\(Marker.text).invalid/d?sslmode=disable"],
      ["CONNECTION_URL": "host=/\(Marker.text) user=ana dbname=\(Marker.text) password=\(Marker.text)"],
      ["CONNECTION_URL": "postgresql://ana:\(Marker.text)@127.0.0.1:PORT/d?sslmode=require"],
      ["CONNECTION_URL": "postgresql://ana@127.0.0.1:PORT/d?options=-c%20\(Marker.text)%3D1"],
      [
        "CONNECTION_URL": "postgresql://ana@127.0.0.1:1/d?sslmode=require", "DATABASE_IAM_AUTH": "1", "AWS_REGION": "r",
      ],
    ]

    @Test(arguments: connections, formats)
    func `Neither a secret nor a host is in what is said of a database that cannot be reached`(
      variables: [String: String], format: String
    ) async throws {
      let postgres = try await ThrowawayPostgres.shared
      let password = URLComponents(string: postgres.url)?.password ?? ""
      let connection = variables.mapValues {
        $0.replacing("PORT", with: "\(postgres.port)").replacing("PASSWORD", with: password)
      }
      let event = PrivacyEvent.triggers[0].payload
      for level in ["TRACE", "INFO"] {
        let log = try await run(
          connection.merging(["AWS_LAMBDA_LOG_FORMAT": format, "AWS_LAMBDA_LOG_LEVEL": level]) { $1 }, [event, event]
        ) { _, result in #expect(result.errorType?.hasPrefix("Function.Database") == true) }
        #expect(log.split(separator: "\n").count { $0.contains("sign-up failed") } == 2)
      }
    }

    @Test(arguments: [
      ["CONNECTION_URL": Marker.text], ["CONNECTION_URL": "postgresql://a:\(Marker.text)@h:\(Marker.text)/d"],
      ["CONNECTION_URL": "postgresql://a:\(Marker.text)@h/d?sslmode=\(Marker.text)"],
      // What is left of a password that is not percent-encoded.
      ["CONNECTION_URL": "postgresql://a:pass?\(Marker.text)=word@h/d"],
      ["CONNECTION_URL": "password=pass \(Marker.text)=1"],
      ["CONNECTION_URL": "postgresql://\(Marker.text)@\(Marker.text)/d?sslrootcert=/\(Marker.text)"],
      ["CONNECTION_URL": "postgresql://a@h/d", "PGSSLMODE": Marker.text], ["PGPORT": Marker.text],
      ["PGSERVICE": Marker.text],
      ["PGPASSFILE": "/\(Marker.text)"],
      ["HEAL_ON_SIGN_IN": Marker.text], ["ALLOW_ANONYMOUS_AUTHOR": Marker.text], ["CORS_ORIGINS": Marker.text],
      ["METRICS_NAMESPACE": "\(Marker.text)\n"], ["DATABASE_MAX_CONNECTIONS": Marker.text],
      ["DATABASE_IAM_AUTH": Marker.text], ["DATABASE_IAM_AUTH": "1", "PGPASSWORD": Marker.text],
      ["DATABASE_SECRET_ID": Marker.text], ["DATABASE_SECRET_ID": "\(Marker.text)\n"],
      ["DATABASE_SECRET_ID": "s", "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": Marker.text],
      ["_HANDLER": "cruddur.\(Marker.text)"], ["AWS_LAMBDA_LOG_LEVEL": Marker.text],
      ["AWS_LAMBDA_LOG_FORMAT": Marker.text], ["AWS_LAMBDA_MAX_CONCURRENCY": Marker.text],
      ["RUNTIME_EXTENSION": Marker.text],
    ])
    func `No value of a variable is in what is said of it`(variables: [String: String]) async throws {
      let url = ["CONNECTION_URL": "postgresql://ana:\(Marker.text)@h/d?sslmode=require"]
      try await run(url.merging(variables) { $1 }, [PrivacyEvent.triggers[0].payload]) { _, result in
        #expect(result.errorType == "Function.InvalidConfiguration", "\(variables)")
      }
    }

    @Test(arguments: formats)
    func `Neither a secret nor its name is in what is said of one that lets nobody in`(format: String) async throws {
      let server = try SecurePostgres()
      let refused = PlayedSecretsExtension.secret(user: Marker.text, password: Marker.text)
      for (secret, type) in [
        (refused, "Authentication"), (Marker.text, "Credentials"), (#"{"username":"\#(Marker.text)"}"#, "Credentials"),
        (nil, "Credentials"),
      ] {
        let played = try PlayedSecretsExtension(secret.map { [Marker.text: $0] } ?? [:])
        played.withState { state in
          state.failures = [500, 401].map { (status: $0, body: #"{"Message":"\#(Marker.text)"}"#) }
        }
        let variables = [
          "CONNECTION_URL": "postgresql://db.example:\(server.postgres.port)/postgres?hostaddr=127.0.0.1",
          "PGSSLROOTCERT": server.authority, "DATABASE_SECRET_ID": Marker.text, "AWS_LAMBDA_LOG_FORMAT": format,
          "AWS_LAMBDA_LOG_LEVEL": "TRACE",
        ]
        let events = PrivacyEvent.triggers.prefix(3).map(\.payload)
        let log = try await run(variables.merging(played.variables) { $1 }, events) { index, result in
          if index == 2 { #expect(result.errorType == "Function.Database\(type)") }
        }
        #expect(log.split(separator: "\n").count { $0.contains("sign-up failed") } == 3, "\(log)")
      }
    }

    @Test(arguments: formats) func `No secret is in what is said of a migration`(format: String) async throws {
      let port = try await ThrowawayPostgres.shared.port
      let variables = [
        "CONNECTION_URL": "postgresql://127.0.0.1:\(port)/postgres", "_HANDLER": "cruddur.migrate",
        "AWS_LAMBDA_LOG_FORMAT": format, "AWS_LAMBDA_LOG_LEVEL": "TRACE",
      ]
      let events = [
        #"{"username":"\#(Marker.text)","password":"\#(Marker.text)"}"#, #"{"password":\#(Marker.text)}"#,
        #"{"username":"\#(Marker.text)"}"#, #"{"username":["\#(Marker.text)"],"password":"\#(Marker.text)"}"#,
      ]
      try await run(variables, events.map { Array($0.utf8) }, timeout: .seconds(20)) { _, result in
        #expect(result.errorType != nil)
      }
    }

    @Test(arguments: formats) func `A crash leaves a line, and nobody in it`(format: String) async throws {
      let database = try await Database()
      let lock = try PsqlSession(database.url)
      try lock.send("BEGIN; LOCK TABLE users;")
      try await waitUntil { try database.sessions("state = 'idle in transaction'") == 1 }
      let variables = [
        "CONNECTION_URL": database.url, "AWS_LAMBDA_LOG_FORMAT": format, "AWS_LAMBDA_LOG_LEVEL": "TRACE",
      ]
      let log = try await withProcess(Self.secrets.merging(variables) { $1 }) { api, process in
        async let result = invoke(api, PrivacyEvent.triggers[0].payload, timeout: .seconds(20))
        try await waitUntil { try database.sessions("wait_event_type = 'Lock'") == 1 }
        kill(process.processIdentifier, SIGSEGV)
        guard case .exited = await result else {
          Issue.record("\(await result)")
          return
        }
      }
      lock.end()
      #expect(log.contains("The process crashed: SIGSEGV"))
      expectNothing(log, "the log")
    }
  }
}
