public import JSON
import LambdaRuntime

/// An HTTP request as an API Gateway HTTP API (payload format 2.0) or a function URL sends it: a view of the event's
/// JSON.
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
  /// A function URL leaves it percent-encoded, as it was sent; an HTTP API has replaced the escapes, so that a `%2F` of
  /// the client's is a slash like any other, and the path may have any character. Nor is it what the client sent where
  /// a custom domain has a mapping of its own. So it is no URL to link to: ``HTTPResponse/addLink(to:relation:)`` needs
  /// none.
  public let path: String

  /// The query without its question mark, as it was sent; empty where there is none.
  public let rawQuery: String

  /// The body's bytes: base64, in which API Gateway puts what is not text, is undone, and text is UTF-8. Empty where
  /// there is none.
  ///
  /// That it cannot be read is the fault of whoever sent the request, and no error of the event.
  public let content: Result<[UInt8], HTTPBodyError>

  /// Reads what every request has.
  ///
  /// - Throws: ``EventError`` where something is missing, of the wrong type, or the event is of another form, such as
  ///   payload format 1.0.
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
      try event.optionalMember("headers")?.expectMembers(.string)
      if let cookies = try event.optionalMember("cookies")?.elements() {
        for value in cookies { try value.requireString() }
      }
    } catch {
      throw EventError(error)
    }
    self.document = document
  }

  /// The bytes of ``content``; none where it cannot be read.
  public var body: [UInt8] { (try? content.get()) ?? [] }

  private static func content(_ event: JSONValue) throws(JSONError) -> Result<[UInt8], HTTPBodyError> {
    let isBase64 = try event.optionalMember("isBase64Encoded")?.bool() ?? false
    guard let text = try event.optionalMember("body")?.string() else { return .success([]) }
    guard isBase64 else { return .success(Array(text.utf8)) }
    return [UInt8](base64: text.utf8.span).map(Result.success) ?? .failure(.notBase64)
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

extension HTTPRequest: EventKind {
  /// "HTTP requests (requestContext.http)".
  public static var summary: String { "HTTP requests (requestContext.http)" }

  /// Matches requests of payload format 1.0, which have `httpMethod`, too, so that they can be refused by name. Without a
  /// `requestContext` it is no request: the events of Bedrock's agents have that member as well.
  public static func matches(_ event: JSONValue) -> Bool {
    guard let context = event["requestContext"] else { return false }
    return context["http"] != nil || event["httpMethod"] != nil && UnsupportedSender(event) == nil
  }
}

extension HTTPRequest {
  /// A header's value; nil where the request does not have it. The name is compared without regard to case.
  ///
  /// Of a header that was sent several times API Gateway makes one, its values separated by commas.
  public func header(_ name: String) -> String? {
    document.root["headers"]?.firstMember(ignoringASCIICase: name).flatMap { try? $0.string() }
  }

  /// The first value of a query parameter, decoded; empty where it has none, nil where there is no such parameter.
  ///
  /// As in a form, `+` is a space, and a `%` that begins no escape stands for itself.
  /// Source: <https://url.spec.whatwg.org/#urlencoded-parsing>.
  public func query(_ name: String) -> String? {
    for pair in rawQuery.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard String(percentDecoding: parts[0], plusIsSpace: true) == name else { continue }
      return parts.count == 2 ? String(percentDecoding: parts[1], plusIsSpace: true) : ""
    }
    return nil
  }

  /// The cookies, each as `name=value`.
  public var cookies: [String] {
    guard let cookies = try? document.root["cookies"]?.elements() else { return [] }
    return cookies.compactMap { try? $0.string() }
  }

  /// Whether the API has an authorizer for this route, which let the request pass.
  public var hasAuthorizer: Bool { authorizer != nil }

  /// The claims of the JWT that a JWT authorizer has checked; nil where there is no such authorizer. API Gateway sends
  /// each as a string.
  ///
  /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.
  public var claims: JSONValue? {
    authorizer?["jwt"]?["claims"].flatMap { $0.isNull ? nil : $0 }
  }

  private var authorizer: JSONValue? {
    document.root["requestContext"]?["authorizer"].flatMap { $0.isNull ? nil : $0 }
  }

  /// What stands between the path's slashes, decoded once, without the stage's name, which API Gateway leaves before it
  /// unless the stage is `$default`.
  ///
  /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html>.
  public var pathSegments: [String] {
    let isEncoded = isFromFunctionURL
    var path = path
    var segments = path.withUTF8 { path in
      path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        .map { isEncoded ? String(percentDecoding: $0) : String(decoding: $0, as: UTF8.self) }
    }
    if let stage = context("stage"), stage != "$default", segments.starts(with: ["", stage]) { segments.remove(at: 1) }
    return segments
  }

  /// Whether a function URL sent it, and not an HTTP API: the two do not differ otherwise.
  ///
  /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>.
  private var isFromFunctionURL: Bool {
    // To look for ".lambda-url." in the text would link the standard library's regular expressions: a megabyte.
    guard let name = context("domainName") else { return false }
    let domain = name.utf8.span
    let label = ".lambda-url.".utf8.span
    return domain.indices.dropLast(label.count - 1).contains { start in
      label.indices.allSatisfy { domain[start + $0] == label[$0] }
    }
  }

  private func context(_ key: String) -> String? {
    try? document.root["requestContext"]?[key]?.string()
  }
}

extension HTTPRequest {
  /// The body as JSON. It is read at each call.
  ///
  /// - Throws: ``HTTPBodyError`` where the body is not JSON, or the request does not call it that.
  public func json() throws(HTTPBodyError) -> JSONDocument {
    guard isJSON else { throw .contentTypeNotJSON }
    guard isUnencoded else { throw .contentEncoded }
    let bytes = try content.get()
    do throws(JSONError) {
      // Whoever sent the body can be told, and it is theirs to send again.
      return try JSONDocument(bytes, loneSurrogates: .refused)
    } catch {
      throw .notJSON(error)
    }
  }

  /// A proxy may have doubled the header, and API Gateway made one of both: every type has to be JSON's.
  ///
  /// Source: <https://mimesniff.spec.whatwg.org/#json-mime-type>.
  private var isJSON: Bool {
    let type = header("content-type")
    if type == "application/json" { return true }
    let types = elements(of: type)
    return !types.isEmpty
      && types.allSatisfy {
        let essence = $0.prefix { $0 != ";" }.split { $0 == " " || $0 == "\t" }
        guard essence.count == 1, let type = essence.first.map({ String($0).asciiLowercased }) else { return false }
        return type == "application/json" || type.contains("/") && type.hasSuffix("+json")
      }
  }

  private var isUnencoded: Bool {
    elements(of: header("content-encoding")).allSatisfy {
      $0.filter { $0 != " " && $0 != "\t" }.asciiLowercased == "identity"
    }
  }

  /// What stands between the commas of a header's value, but for those in quotes; nothing where it is empty or missing.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1>.
  private func elements(of value: String?) -> [String] {
    guard let value else { return [] }
    var elements = [""]
    var (isQuoted, isEscaped) = (false, false)
    for character in value.unicodeScalars {
      if character == ",", !isQuoted {
        elements.append("")
        continue
      }
      if character == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = isQuoted && character == "\\" && !isEscaped
      elements[elements.count - 1].unicodeScalars.append(character)
    }
    return elements.filter { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
  }
}

/// What is wrong with the body of a request, which whoever sent it can be told.
public enum HTTPBodyError: Error, Equatable {
  /// The event calls it base64, and it is not.
  case notBase64
  /// The content type is neither `application/json` nor a `+json`, whatever its parameters, or is missing.
  case contentTypeNotJSON
  /// It has a content encoding: it is compressed.
  case contentEncoded
  /// It is not JSON, or has a string that is not Unicode.
  case notJSON(JSONError)
}

/// What a request wants to be done: an open list, because a method may be any token, and case counts.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-9>.
public struct HTTPMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The name as it stands in a request.
  public let rawValue: String

  /// Takes any name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The name as it stands in a request.
  public var description: String { rawValue }

  /// Reads.
  public static let get = HTTPMethod(rawValue: "GET")
  /// Reads as GET does, but the response has no body.
  public static let head = HTTPMethod(rawValue: "HEAD")
  /// Has the resource do its own work, such as adding something.
  public static let post = HTTPMethod(rawValue: "POST")
  /// Puts something where the path says, in place of what was there.
  public static let put = HTTPMethod(rawValue: "PUT")
  /// Changes parts of what is there.
  public static let patch = HTTPMethod(rawValue: "PATCH")
  /// Removes what is there.
  public static let delete = HTTPMethod(rawValue: "DELETE")
  /// Asks which methods there are.
  public static let options = HTTPMethod(rawValue: "OPTIONS")
}
