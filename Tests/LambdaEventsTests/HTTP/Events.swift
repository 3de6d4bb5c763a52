import JSON
import LambdaEvents
import LambdaRuntime
import Logging

/// An event of payload format 2.0.
func httpEvent(
  _ method: String = "GET", _ path: String = "/", query: String = "", headers: [String: String] = [:],
  body: String? = nil, isBase64: Bool = false, stage: String = "$default", domain: String = "api.example.com",
  authorizer: String = "null"
) -> String {
  let event = JSONWriter.object {
    $0.add("version", "2.0")
    $0.add("rawPath", path)
    $0.add("rawQueryString", query)
    $0.object("headers") { for (name, value) in headers { $0.add(name, value) } }
    $0.object("requestContext") {
      $0.addRaw("authorizer", authorizer.utf8)
      $0.add("domainName", domain)
      $0.object("http") { $0.add("method", method) }
      $0.add("stage", stage)
    }
    if let body { $0.add("body", body) }
    $0.add("isBase64Encoded", isBase64)
  }
  return String(decoding: event, as: UTF8.self)
}

/// The domain of a function URL.
let functionURLDomain = "abc.lambda-url.us-east-1.on.aws"

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
  func answer(_ event: String, _ lines: Lines? = nil) async throws -> HTTPResponse {
    await respond(to: try httpRequest(event), context(lines))
  }
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }

  /// The first header of that name.
  subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
