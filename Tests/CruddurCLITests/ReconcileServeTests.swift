import Foundation
import TestSupport
import Testing

/// `cruddur reconcile` with the user pool of `cruddur serve`, which the real `aws` lists.
@Suite(.ownThread, .timeLimit(.minutes(3))) struct ReconcileServeTests {
  private static let aws = [
    "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "NO_PROXY": "*",
  ]

  /// Runs `cruddur reconcile` with the pool of a server, whose `aws` is that of whoever runs the tests.
  private static func reconcile(
    _ world: ReconcileWorld, _ server: RunningServer, _ arguments: String..., pool: String = "us-east-1_local"
  ) async throws -> CommandLineTool.Outcome {
    var environment = aws
    environment["PATH"] = "\(try CommandLineTool.folder()):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
    return try await world.reconcile(
      ["--user-pool-id", pool, "--endpoint-url", server.url] + arguments, environment: environment)
  }

  @Test func `Whoever has confirmed gets a row, page by page, and whoever is deleted is gone`() async throws {
    let world = try await ReconcileWorld()
    try await FakeBootstrap.with { bootstrap in
      try await RunningServer.with(bootstrap) { server in
        for (path, body) in [
          ("users", #"{"preferred_username":"ana","name":"Ana Green","email":"ana@example.com"}"#),
          ("users", #"{"email":"late@example.com","confirm":false}"#),
          ("admin-create-user", #"{"preferred_username":"ben","name":"Ben"}"#),
          ("federated-sign-in", #"{"provider":"Google","preferred_username":"cem","email":"cem@example.com"}"#),
        ] {
          #expect(try await [200, 201].contains(server.send("/cognito/\(path)", body: body).status))
        }
        let applied = try await Self.reconcile(world, server, "--apply", "--users-per-call", "2")
        #expect(
          applied.log
            == "cruddur: 4 read, 0 present, 3 missing, 3 added, 1 skipped (1 UNCONFIRMED), 0 failed, 0 gone.\n")
        #expect(applied.status == 0)
        #expect(
          try world.rows("handle, display_name, email").sorted() == [
            "ana|Ana Green|ana@example.com", "ben|Ben|", "cem|cem|cem@example.com",
          ])
        _ = try await server.send("/cognito/users/ana", "--request", "DELETE")
        let again = try await Self.reconcile(world, server)
        #expect(
          again.log
            == "cruddur: 3 read, 2 present, 0 missing, 0 added, 1 skipped (1 UNCONFIRMED), 0 failed, 1 gone.\n")
        #expect(again.output.hasPrefix("gone "))

        let other = try await Self.reconcile(world, server, pool: "us-east-1_other")
        #expect(other.status == 2)
        #expect(other.log.contains("User pool us-east-1_other does not exist."), "\(other.log)")
      }
    }
  }
}
