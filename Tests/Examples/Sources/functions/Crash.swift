import LambdaRuntime

/// Ends the process in the middle of an invocation.
struct Crash: Handler {
  func handle(_ invocation: Invocation) async throws -> Response {
    fatalError("This function always crashes.")
  }
}
