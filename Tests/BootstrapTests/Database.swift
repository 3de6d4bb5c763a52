import Logging
import TestSupport

@testable import Bootstrap
@testable import LambdaRuntime

/// A database of a test's own, with the application's tables.
struct Database {
  let postgres: ThrowawayPostgres
  let url: String

  init() async throws {
    postgres = try await ThrowawayPostgres.shared
    url = try postgres.makeDatabase(schema: true)
  }

  /// How many sessions it has that are like this, the one that asks apart.
  func sessions(_ condition: String = "true") throws -> Int? {
    let name = url.split(separator: "/").last ?? ""
    return Int(
      try postgres.psql("SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND \(condition)"))
  }
}

/// What the program makes of a database before its first event, in this process, and after a first sign-up, so that there
/// is a connection.
struct PreparedFunction {
  var setup: Setup
  let handler: any Handler

  init(_ url: String) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    setup = Setup(environment: Environment(["CONNECTION_URL": url]), logger: logger, maximumConcurrency: 1)
    handler = try await Bootstrap.makeHandler(&setup)
    let context = InvocationContext(requestID: "id", logger: logger)
    _ = try await handler.handle(Invocation(context: context, payload: signUp("first")))
  }
}

/// Waits until something has come about, for 20 seconds at the most.
func waitUntil(_ condition: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(20)
  while try await !condition() {
    guard .now < end else { throw TestSupportError("What was waited for has not come about in 20 s.") }
    try await Task.sleep(for: .milliseconds(10))
  }
}
