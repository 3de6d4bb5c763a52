import JSON
import LambdaRuntime

/// Answers with three chunks, 100 ms apart; with `{"break":true}` an error comes after the second.
struct Streaming: Handler {
  struct Broken: Error {}

  func handle(_ invocation: Invocation) async throws -> Response {
    let breaks = try JSONDocument(invocation.payload).root["break"]?.bool() ?? false
    return .stream(contentType: "text/plain") { writer in
      for number in 1...3 {
        if breaks && number == 3 { throw Broken() }
        try await writer.write("chunk \(number)\n")
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }
}
