import Glibc
import JSON
import LambdaRuntime

/// Sleeps for `{"seconds":n}` and answers with the event. If `"stubborn":true`, nothing wakes it, as if a C call hung.
struct Sleep: Handler {
  func handle(_ invocation: Invocation) async throws -> Response {
    let event = try JSONDocument(invocation.payload).root
    let seconds = min(max(try event.member("seconds").double(), 0), 900)  // As long as any function may run.
    if try event["stubborn"]?.bool() ?? false {
      usleep(UInt32(seconds * 1_000_000))
    } else {
      try await Task.sleep(for: .seconds(seconds))
    }
    return .bytes(invocation.payload)
  }
}
