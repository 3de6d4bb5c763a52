import Glibc
import LocalLambda
import TestSupport
import Testing

/// Runs a test against a Runtime API of its own, which is stopped afterwards.
func withRuntimeAPI(
  _ options: RuntimeAPI.Options = .init(), _ test: (RuntimeAPI, Curl) async throws -> Void
) async throws {
  let api = try await RuntimeAPI.start(options: options)
  let outcome: Result<Void, any Error>
  do {
    try await test(api, Curl(endpoint: api.endpoint))
    outcome = .success(())
  } catch {
    outcome = .failure(error)
  }
  await api.stop()
  try outcome.get()
}

/// Waits until a condition holds, thirty seconds at most.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
  for _ in 1...3000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("never came true: \(what)")
}

func epochMilliseconds() throws -> Int64 {
  var time = timespec()
  try #require(clock_gettime(CLOCK_REALTIME, &time) == 0)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

extension Curl.Answer {
  /// The id of the event that `/next` handed out.
  var requestID: String { headers["lambda-runtime-aws-request-id"] ?? "" }
}

extension InvocationRequest {
  /// One that does not time out however busy the machine is.
  static let patient = InvocationRequest(payload: [], timeout: .seconds(60))
}

extension InvocationResult {
  /// The type of a function error; nil if it is none.
  var functionErrorType: String? {
    guard case .functionError(let type, _) = self else { return nil }
    return type
  }
}
