public import JSON

extension HTTPRequest {
  /// A header's value; nil where the request does not have it. The name is compared without regard to case.
  ///
  /// Of a header that was sent several times API Gateway makes one, its values separated by commas.
  public func header(_ name: String) -> String? {
    guard let headers = try? document.root["headers"]?.members() else { return nil }
    for (key, value) in headers where key.equalsIgnoringASCIICase(name) { return try? value.string() }
    return nil
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

  /// The claims of the JWT that a JWT authorizer has checked; nil where there is no such authorizer. API Gateway sends each as a string.
  ///
  /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.
  public var claims: JSONValue? {
    authorizer?["jwt"]?["claims"].flatMap { $0.isNull ? nil : $0 }
  }

  private var authorizer: JSONValue? {
    document.root["requestContext"]?["authorizer"].flatMap { $0.isNull ? nil : $0 }
  }

  /// What stands between the path's slashes, decoded once, without the stage's name, which API Gateway leaves before it unless the stage is `$default`.
  ///
  /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html>.
  var pathSegments: [String] {
    var segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { isFromFunctionURL ? String(percentDecoding: $0) : String(Substring($0)) }
    if let stage = context("stage"), stage != "$default", segments.starts(with: ["", stage]) { segments.remove(at: 1) }
    return segments
  }

  /// Whether a function URL sent it, and not an HTTP API: the two do not differ otherwise.
  ///
  /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>.
  private var isFromFunctionURL: Bool {
    // To look for ".lambda-url." in the text would link the standard library's regular expressions: a megabyte.
    context("domainName")?.split(separator: ".").dropFirst().contains("lambda-url") == true
  }

  private func context(_ key: String) -> String? {
    try? document.root["requestContext"]?[key]?.string()
  }
}
