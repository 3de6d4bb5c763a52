import JSON
import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import Logging
import TestSupport

func httpRequest(_ event: String) throws -> HTTPRequest {
  try HTTPRequest(JSONDocument(Array(event.utf8)))
}

/// A context whose log is thrown away, or kept by `lines`.
func context(_ lines: Lines? = nil) -> InvocationContext {
  let logger = Logger(label: "test") { _ -> any LogHandler in
    if let lines { lines } else { SwiftLogNoOpLogHandler() }
  }
  return InvocationContext(requestID: "id", logger: logger)
}

extension HTTPRouter {
  /// What comes of an event.
  func response(to event: String, _ lines: Lines? = nil) async throws -> HTTPResponse {
    await respond(to: try httpRequest(event), context(lines))
  }
}

extension HTTPResponse {
  /// Empty for a stream.
  var bytes: [UInt8] {
    guard case .bytes(let bytes) = body else { return [] }
    return bytes
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The first header of that name.
  subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
