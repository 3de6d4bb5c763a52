import LambdaHTTP
import LambdaRuntime
import Logging
import Testing

@testable import Cruddur
@testable import Postgres

/// The database's part of an HTTP request.
@Suite struct HTTPDatabaseTests {
  private let start = ContinuousClock.now

  private func context(deadline: Duration?) -> InvocationContext {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return InvocationContext(requestID: "id", receivedAt: start, deadline: deadline.map { start + $0 }, logger: logger)
  }

  /// API Gateway's thirty seconds, or what Lambda allows, less three quarters of a second.
  @Test(arguments: [(nil, 29_250), (.seconds(900), 29_250), (.seconds(3), 2_250)] as [(Duration?, Int)])
  func `The database leaves time to answer`(deadline: Duration?, milliseconds: Int) async throws {
    let end = try await withDatabase(context(deadline: deadline)) { end throws(PostgresError) in end }
    #expect(start.duration(to: end) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    ("40001", 503), ("40P01", 503), ("53200", 503), ("53100", 503), ("55P03", 503), ("57014", 503), ("25006", 503),
    ("42P01", 500), ("23503", 500), ("22P02", 500), ("55000", 500), ("25P02", 500), ("XX000", 500),
  ]) func `Only what may be done at another time is unavailable`(state: String, status: Int) async throws {
    let problem = await #expect(throws: Problem.self) {
      try await withDatabase(context(deadline: nil)) { _ throws(PostgresError) in
        var error = PostgresError(.server)
        error.details.sqlState = SQLState(rawValue: state)
        throw error
      }
    }
    #expect(problem?.status == status)
    #expect(problem?.codes == [status == 503 ? "database_unavailable" : "internal_error"])
    #expect(problem?.detail == nil)
  }
}
