import LambdaHTTP
import LambdaRuntime
import Postgres

/// Does the database's part of an HTTP request; a failure becomes a problem, whose cause is in the log alone.
///
/// The response may take `limit`. API Gateway waits thirty seconds at the most:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
func withDatabase<Value>(
  _ context: InvocationContext, within limit: Duration = .seconds(30),
  _ body: (ContinuousClock.Instant) async throws(PostgresError) -> Value
) async throws(Problem) -> Value {
  do throws(PostgresError) {
    return try await body(context.deadline(within: limit))
  } catch {
    throw Problem(DatabaseFailure(cause: error, loss: "request not served"))
  }
}

extension Problem {
  /// What a client has to know of a failure: whether to try again.
  init(_ failure: DatabaseFailure) {
    switch failure.cause.reason {
    case .server where failure.cause.sqlState?.isTransient == true: self = .unavailable(failure)
    case .server, .decoding, .invalidParameter, .unsupported:
      self.init(status: 500, code: .internalError, cause: failure)
    default: self = .unavailable(failure)
    }
  }

  private static func unavailable(_ failure: DatabaseFailure) -> Problem {
    Problem(status: 503, codes: [.databaseUnavailable], cause: failure)
  }
}
