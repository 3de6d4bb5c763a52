import LambdaRuntime

/// Answers at once, and works for another 300 ms, for which nobody waits.
struct Background: Handler {
  func handle(_ invocation: Invocation) async throws -> Response {
    .bytes(invocation.payload).then {
      try await Task.sleep(for: .milliseconds(300))
      InvocationContext.current?.logger.info("worked after the response")
    }
  }
}
