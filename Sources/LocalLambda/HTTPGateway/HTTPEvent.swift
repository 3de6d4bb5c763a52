import Foundation
import JSON

/// What API Gateway makes of an HTTP request: an event of the payload format 2.0,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
struct HTTPEvent {
  let call: HTTPCall
  let requestID: String
  /// Milliseconds since the Unix epoch.
  let time: Int64
  /// The claims of a JWT that was checked; nil where the request came without one.
  var claims: [Claim]?

  /// A claim of a JWT, as text: the authorizer makes strings of all of them.
  struct Claim: Equatable {
    let name: String
    let value: String
  }

  /// The event's JSON. As with API Gateway, what the request has not got is left out.
  func json() -> [UInt8] {
    JSONWriter.object {
      $0.add("version", "2.0")
      $0.add("routeKey", "$default")
      $0.add("rawPath", path)
      $0.add("rawQueryString", call.query)
      if !cookies.isEmpty { $0.array("cookies") { for cookie in cookies { $0.add(cookie) } } }
      $0.object("headers") { for (name, value) in headers { $0.add(name, value) } }
      if !parameters.isEmpty {
        $0.object("queryStringParameters") { for (name, value) in parameters { $0.add(name, value) } }
      }
      $0.object("requestContext") { writeContext(to: &$0) }
      if !call.body.isEmpty {
        $0.add("body", text ?? Data(call.body).base64EncodedString())
      }
      $0.add("isBase64Encoded", !call.body.isEmpty && text == nil)
    }
  }

  private func writeContext(to context: inout JSONObjectWriter) {
    context.add("accountId", "123456789012")
    context.add("apiId", "local")
    if let claims {
      context.object("authorizer") {
        $0.object("jwt") {
          $0.object("claims") { for claim in claims { $0.add(claim.name, claim.value) } }
          $0.addNull("scopes")
        }
      }
    }
    context.add("domainName", call.header("host") ?? "")
    context.add("domainPrefix", "local")
    context.object("http") {
      $0.add("method", call.method)
      $0.add("path", path)
      $0.add("protocol", "HTTP/1.1")
      $0.add("sourceIp", "127.0.0.1")
      $0.add("userAgent", call.header("user-agent") ?? "")
    }
    context.add("requestId", requestID)
    context.add("routeKey", "$default")
    context.add("stage", "$default")
    context.add("time", Self.commonLogTime(time))
    context.add("timeEpoch", Int(time))
  }

  /// Decoded, and cut off where a question mark comes to light: so a live HTTP API does it, which is not documented.
  private var path: String { String(Substring(call.path.percentDecoded().utf8.prefix { $0 != UInt8(ascii: "?") })) }

  /// Without cookies, which have a place of their own; values of one name are joined with commas.
  private var headers: [(name: String, value: String)] {
    joined(call.headers.filter { $0.name != "cookie" }.map { ($0.name, $0.value) })
  }

  private var cookies: [String] {
    call.headers.filter { $0.name == "cookie" }.flatMap { $0.value.split(separator: ";") }
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  private var parameters: [(name: String, value: String)] {
    joined(
      call.query.split(separator: "&").map {
        let parts = $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (
          parts[0].percentDecoded(isQuery: true), parts.count > 1 ? parts[1].percentDecoded(isQuery: true) : ""
        )
      })
  }

  /// One pair for each name, in the order of their first values.
  private func joined(_ pairs: [(name: String, value: String)]) -> [(name: String, value: String)] {
    var names: [String] = []
    let values = pairs.reduce(into: [String: [String]]()) {
      if $0[$1.name] == nil { names.append($1.name) }
      $0[$1.name, default: []].append($1.value)
    }
    return names.map { ($0, values[$0, default: []].joined(separator: ",")) }
  }

  /// The body as text; nil where it goes into the event as base64, because its type is binary or it is not UTF-8.
  private var text: String? {
    guard Self.isText(call.header("content-type") ?? ""), call.header("content-encoding") == nil else { return nil }
    return String(validating: call.body, as: UTF8.self)
  }

  /// Whether bodies of a content type are text for API Gateway: note that those of forms are not.
  private static func isText(_ contentType: String) -> Bool {
    let type = contentType.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
      || ["application/json", "application/javascript", "application/xml"].contains(type)
  }

  /// As web servers log it: `21/Nov/2026:06:46:00 +0000`.
  private static func commonLogTime(_ milliseconds: Int64) -> String {
    let time = UTCTime(milliseconds: milliseconds)
    return "\(time.day)/\(time.monthName)/\(time.year):\(time.clock) +0000"
  }
}
