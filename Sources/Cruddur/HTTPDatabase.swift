import LambdaEvents
import LambdaRuntime
import Postgres

/// The time that API Gateway waits for a function, which no setting makes longer.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
private let timeLimit: Duration = .seconds(30)
/// The part of it that is not the database's.
private let margin: Duration = .milliseconds(750)

/// Does the database's part of an HTTP request; a failure becomes a problem, whose cause is in the log alone.
func withDatabase<Value>(
  _ context: InvocationContext, _ body: (ContinuousClock.Instant) async throws(PostgresError) -> Value
) async throws(Problem) -> Value {
  do throws(PostgresError) {
    return try await body(context.deadline(within: timeLimit, margin: margin))
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
      self.init(status: 500, codes: ["internal_error"], cause: failure)
    default: self = .unavailable(failure)
    }
  }

  private static func unavailable(_ failure: DatabaseFailure) -> Problem {
    Problem(status: 503, codes: ["database_unavailable"], cause: failure)
  }
}
