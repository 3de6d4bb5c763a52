import LambdaRuntime
public import JSON

/// An HTTP request as an API Gateway HTTP API (payload format 2.0) or a function URL sends it: a view of the event's JSON.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>.
public struct HTTPRequest: Sendable {
  /// The whole event.
  public let document: JSONDocument

  /// What the request wants to be done.
  public let method: HTTPMethod

  /// The path as the event has it, with the stage's name before it where the API has a stage other than `$default`.
  ///
  /// A function URL leaves it percent-encoded, as it was sent; an HTTP API has replaced the escapes, so that a `%2F` of the client's is a slash like any
  /// other, and the path may have any character. Nor is it what the client sent where a custom domain has a mapping of its own. So it is no URL to link to:
  /// ``HTTPResponse/addLink(to:relation:)`` needs none.
  public let path: String

  /// The query without its question mark, as it was sent; empty where there is none.
  public let rawQuery: String

  /// The body, or why there is none that could be used: the sender's fault, which is told to them and not to Lambda.
  let content: Result<[UInt8], Problem>

  /// Reads what every request has.
  ///
  /// - Throws: ``EventError`` where something is missing, of the wrong type, or the event is of another form, such as payload format 1.0.
  public init(_ document: JSONDocument) throws(EventError) {
    let event = document.root
    if let sender = UnsupportedSender(event) { throw EventError(.unsupported(sender)) }
    guard (try? event["version"]?.string()) == "2.0" else {
      let requirement = #"has to be "2.0": set the payload format version of the HTTP API's integration to that"#
      throw EventError(.unusable(path: "$.version", requirement: requirement))
    }
    do throws(JSONError) {
      method = HTTPMethod(rawValue: try event.member("requestContext").member("http").member("method").string())
      path = try event.member("rawPath").string()
      rawQuery = try event.optionalMember("rawQueryString")?.string() ?? ""
      content = try HTTPRequest.content(event)
      if let headers = try event.optionalMember("headers")?.members() {
        for (_, value) in headers { try value.requireString() }
      }
      if let cookies = try event.optionalMember("cookies")?.elements() {
        for value in cookies { try value.requireString() }
      }
    } catch {
      throw EventError(error)
    }
    self.document = document
  }

  /// The body's bytes: base64, in which API Gateway puts what is not text, is undone, and text is UTF-8. Empty where there is none.
  ///
  /// Empty, too, where the event calls it base64 and it is not: ``HTTPRouter`` answers such a request with 400 `body_not_base64`.
  public var body: [UInt8] { (try? content.get()) ?? [] }

  private static func content(_ event: JSONValue) throws(JSONError) -> Result<[UInt8], Problem> {
    let isBase64 = try event.optionalMember("isBase64Encoded")?.bool() ?? false
    guard let text = try event.optionalMember("body")?.string() else { return .success([]) }
    guard isBase64 else { return .success(Array(text.utf8)) }
    guard let bytes = [UInt8](base64: text.utf8.span) else {
      return .failure(Problem(status: 400, codes: ["body_not_base64"], detail: "The body is not valid base64."))
    }
    return .success(bytes)
  }
}

extension JSONValue {
  /// The value of a member, or nil where it is absent or null.
  fileprivate func optionalMember(_ key: String) -> JSONValue? {
    self[key].flatMap { $0.isNull ? nil : $0 }
  }

  /// Throws a type mismatch if this is no string, and decodes nothing.
  fileprivate func requireString() throws(JSONError) {
    guard kind == .string else {
      throw JSONError(.typeMismatch(expected: .string, found: kind), path: path, offset: offset)
    }
  }
}
