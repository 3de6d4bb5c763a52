import Postgres

/// Does what may be done twice, and again while the database refuses it for a reason that may pass: a server that
/// restarts is back in a second or two. The last error is thrown when too little time is left for another try.
func withPatience<Value>(
  until deadline: ContinuousClock.Instant, _ body: () async throws(PostgresError) -> Value
) async throws(PostgresError) -> Value {
  var pause = Duration.milliseconds(100)
  while true {
    do throws(PostgresError) {
      return try await body()
    } catch {
      guard error.reason.mayPass, .now + pause + leastTime < deadline else { throw error }
      guard (try? await Task.sleep(for: pause)) != nil else { throw error }
      pause = min(pause * 2, .milliseconds(500))
    }
  }
}

/// With less time a try would end as a timeout, which tells less than the error before.
private let leastTime: Duration = .milliseconds(250)

extension PostgresError.Reason {
  /// Whether the same may succeed a moment later, without anybody's doing.
  fileprivate var mayPass: Bool {
    switch self {
    case .connectionRefused, .connectionFailed, .connectionLost, .serverNotReady, .serverShutdown, .tooManyConnections:
      true
    default: false
    }
  }
}
