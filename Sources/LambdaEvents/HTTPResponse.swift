import JSON
public import LambdaRuntime

/// What an HTTP request is answered with.
public struct HTTPResponse: Sendable {
  /// The status code, 200 to 599.
  public var status: Int

  /// The headers in order. Several of one name, whatever its case, become one, its values separated by commas; each
  /// `set-cookie` stays one of its own.
  public var headers: [(name: String, value: String)]

  /// The body, text or not. API Gateway counts its bytes, and leaves them out where the request is HEAD: no
  /// `content-length` is needed.
  public var body: Body

  /// What a response says.
  public enum Body: Sendable {
    /// All of it, known before any of it is sent.
    case bytes([UInt8])
    /// What is sent as it is written, see ``HTTPResponse/stream(status:headers:_:)``.
    case stream(Response.Stream)
  }

  /// Makes a response.
  public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = .bytes(body)
  }

  /// Makes a response whose body reaches the client as it is written, 200 MB at the most.
  ///
  /// Only a function URL whose invoke mode is `RESPONSE_STREAM` sends it on: an HTTP API takes it for a broken one. The
  /// status and the headers are gone before `stream` is called; if it throws, the client is cut off. Source:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html>.
  ///
  /// - Returns: The response.
  public static func stream(
    status: Int = 200, headers: [(name: String, value: String)] = [], _ stream: @escaping Response.Stream
  ) -> HTTPResponse {
    var response = HTTPResponse(status: status, headers: headers)
    response.body = .stream(stream)
    return response
  }

  /// Makes a response of JSON. Nothing is checked: the bytes are sent as they are.
  public static func json(_ body: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, headers: [("content-type", "application/json")], body: body)
  }

  /// Adds a link to the same path with another query, such as `<?limit=20&cursor=…>; rel="next"`.
  ///
  /// It is relative, because only the client knows the path that it sent: API Gateway may have put a stage's name
  /// before it, or taken the mapping of a custom domain off. Source:
  /// <https://www.rfc-editor.org/rfc/rfc8288#section-3>, <https://www.rfc-editor.org/rfc/rfc3986#section-5.2.2>.
  public mutating func addLink(to query: [(name: String, value: String)], relation: String) {
    let query = query.map { "\($0.percentEncoded)=\($1.percentEncoded)" }.joined(separator: "&")
    headers.append(("link", "<?\(query)>; rel=\"\(relation)\""))
  }
}

extension HTTPResponse {
  /// What the function's response has to be, so that API Gateway or the function URL sends this response.
  public var response: Response {
    switch body {
    case .bytes(let body): .bytes(payload(body))
    case .stream(let stream): streamed(stream)
    }
  }

  /// The bytes of ``response``; nil where it is a stream.
  package var payload: [UInt8]? {
    guard case .bytes(let body) = body else { return nil }
    return payload(body)
  }

  /// The bytes of the body, for a test of a handler: those of a stream are collected.
  ///
  /// - Throws: What the stream throws.
  public func collectBody() async throws -> [UInt8] {
    switch body {
    case .bytes(let body): body
    case .stream(let stream): try await Response.stream(stream).collect()
    }
  }

  /// A body that is UTF-8 goes into the JSON as a string, any other as base64.
  ///
  /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
  private func payload(_ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    // The head, and the body with an escape for each eighth byte, as there is in JSON.
    bytes.reserveCapacity(1_024 + body.count + body.count / 8)
    JSONWriter.object(appendingTo: &bytes) { response in
      writeHead(to: &response)
      do {
        response.add("body", try UTF8Span(validating: body.span))
        response.add("isBase64Encoded", false)
      } catch {
        let text = body.base64
        response.add("body", UTF8Span(unchecked: text.span))
        response.add("isBase64Encoded", true)
      }
    }
    return bytes
  }

  /// Before the body there is a prelude, JSON and eight bytes of zero, which the content type announces; what the body
  /// is stands in the prelude. Source:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.
  private func streamed(_ stream: @escaping Response.Stream) -> Response {
    let prelude = JSONWriter.object { writeHead(to: &$0) } + [UInt8](repeating: 0, count: 8)
    return .stream(contentType: "application/vnd.awslambda.http-integration-response") { writer in
      try await writer.write(prelude)
      try await stream(writer)
    }
  }

  private func writeHead(to response: inout JSONObjectWriter) {
    response.add("statusCode", status)
    let (headers, cookies) = joinedHeaders
    response.object("headers") { for (name, value) in headers { $0.add(name, value) } }
    response.array("cookies") { for cookie in cookies { $0.add(cookie) } }
  }

  /// Commas cannot join cookies: they may stand inside one. Source: <https://www.rfc-editor.org/rfc/rfc6265#section-3>.
  private static let cookieHeader = "set-cookie"

  /// The headers in the order of each name's first one, its name in small letters; and the cookies.
  private var joinedHeaders: (headers: [(name: String, value: String)], cookies: [String]) {
    var joined: [(name: String, value: String)] = []
    joined.reserveCapacity(headers.count)
    var cookies: [String] = []
    for (name, value) in headers {
      let name = name.asciiLowercased
      if name == HTTPResponse.cookieHeader {
        cookies.append(value)
      } else if let index = joined.firstIndex(where: { $0.name == name }) {
        joined[index].value += ", \(value)"
      } else {
        joined.append((name, value))
      }
    }
    return (joined, cookies)
  }
}
