import Foundation
import JSON

extension HTTPResponse {
  /// What API Gateway answers for a function that said `output`; nil if that makes no HTTP response.
  ///
  /// With a `statusCode` it is a response in the payload format 2.0; any other JSON is itself the body of a 200. See
  /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
  init?(functionOutput output: [UInt8]) {
    guard let root = try? JSONDocument(output).root else { return nil }
    guard root["statusCode"] != nil else {
      self.init(status: 200, headers: ["content-type": "application/json"], body: output)
      return
    }
    guard let body = Self.body(root) else { return nil }
    self.init(root, contentType: "text/plain;charset=UTF-8")
    self.body = body
  }

  /// The head of a response whose body is streamed, of the prelude that comes before it; nil if that makes none:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.
  init?(prelude: [UInt8]) {
    guard let root = try? JSONDocument(prelude).root, root.kind == .object else { return nil }
    self.init(root, contentType: "application/octet-stream")
  }

  private init?(_ root: JSONValue, contentType: String) {
    guard let status = root["statusCode"].map({ try? $0.integer() }) ?? 200, (200...599).contains(status),
      var headers = Self.headers(root["headers"]), let cookies = Self.cookies(root["cookies"])
    else { return nil }
    let cookie = headers.removeValue(forKey: "set-cookie")
    self.init(
      status: status, headers: headers.merging(["content-type": contentType]) { given, _ in given },
      cookies: [cookie].compactMap(\.self) + cookies)
  }

  private static func body(_ root: JSONValue) -> [UInt8]? {
    guard let body = root["body"], !body.isNull else { return [] }
    guard let text = try? body.string() else { return nil }
    guard let isBase64 = root["isBase64Encoded"], !isBase64.isNull else { return Array(text.utf8) }
    switch try? isBase64.bool() {
    case nil: return nil
    case false?: return Array(text.utf8)
    case true?: return Data(base64Encoded: text).map { Array($0) }
    }
  }

  private static func headers(_ headers: JSONValue?) -> [String: String]? {
    guard let headers, !headers.isNull else { return [:] }
    guard let members = try? headers.members() else { return nil }
    var byName: [String: String] = [:]
    for (name, value) in members {
      guard let text = scalar(value) else { return nil }
      let name = name.lowercased()
      if !connectionHeaders.contains(name) { byName[name] = text }
    }
    return byName
  }

  private static func scalar(_ value: JSONValue) -> String? {
    switch value.kind {
    case .string: try? value.string()
    case .number, .bool: String(decoding: value.bytes, as: UTF8.self)
    default: nil
    }
  }

  private static func cookies(_ cookies: JSONValue?) -> [String]? {
    guard let cookies, !cookies.isNull else { return [] }
    return try? cookies.elements().map { try $0.string() }
  }

  /// Those of the connection are not the function's to say.
  private static let connectionHeaders: Set<String> = [
    "connection", "content-length", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade",
  ]
}
