import LambdaRuntime

/// Answers with the event itself.
struct Echo: Handler {
  func handle(_ invocation: Invocation) async throws -> Response {
    .bytes(invocation.payload)
  }
}
