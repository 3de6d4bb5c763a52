import JSON
import Logging

/// An internal extension of Lambda's, which this process registers itself as: without one, Lambda ends a runtime with
/// SIGKILL, and with one it sends SIGTERM first.
///
/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown>.
final class Extension: Sendable {
  private let endpoint: String
  private let logger: Logger
  private let isDone = Semaphore()

  /// Registers on a thread of its own, which then waits for an event that never comes: an internal extension gets none, but
  /// Lambda takes it for ready only once it has asked.
  init(endpoint: String, logger: Logger) {
    self.endpoint = endpoint
    self.logger = logger
    let isStarted = DetachedThread.start { [self] in
      let client = register()
      isDone.signal()
      guard let (client, headers) = client else { return }
      _ = try? client.get("/2020-01-01/extension/event/next", headers: headers)
    }
    if !isStarted { isDone.signal() }
  }

  /// Waits until it is registered, which has to be before the first event is asked for, or is not going to be.
  func waitUntilRegistered() {
    isDone.wait()
  }

  private func register() -> (HTTPClient, headers: [String])? {
    do throws(TransportError) {
      // Lambda's first event waits for this.
      let client = try HTTPClient(endpoint: endpoint, maximumBody: 1 << 16, postMilliseconds: 1_000)
      let headers = HeaderList([
        "Content-Type: application/json", "Accept:", "Expect:", "Lambda-Extension-Name: runtime",
      ])
      let response = try client.post(
        "/2020-01-01/extension/register", headers: headers, body: Array(#"{"events":[]}"#.utf8))
      if response.status == 200, let id = response.head.extensionID {
        return (client, ["Accept:", "Lambda-Extension-Identifier: \(id)"])
      }
      warn("status \(response.status)")
    } catch {
      warn("\(error)")
    }
    return nil
  }

  private func warn(_ reason: String) {
    logger.warning(
      "not registered as an extension (\(reason)): Lambda may end this process without a word. RUNTIME_EXTENSION=0 leaves it out."
    )
  }
}
