import JSON

/// What an HTTP request is answered with.
struct HTTPResponse: Sendable, Equatable {
  var status: Int
  /// One value for each name; those that are about the connection or the body's length are the server's to say.
  var headers: [String: String] = [:]
  /// Those of `Set-Cookie`, the one header that cannot be joined with others of its name.
  var cookies: [String] = []
  var body: [UInt8] = []
}

/// What becomes of a request.
enum HTTPReply: Sendable, Equatable {
  case response(HTTPResponse)
  /// The response's head, and its body as it comes.
  case stream(HTTPResponse, HTTPBodyStream)
  /// The response's head and so many bytes of its body, and then the connection is closed.
  case brokenOff(HTTPResponse, afterBytes: Int)
  /// The connection is closed without a response.
  case disconnect

  /// The response, whose body may still be to come; nil where there is none.
  var response: HTTPResponse? {
    switch self {
    case .response(let response), .stream(let response, _), .brokenOff(let response, _): response
    case .disconnect: nil
    }
  }

  /// The same reply with one header more.
  func with(_ header: String, _ value: String) -> HTTPReply {
    switch self {
    case .response(var response):
      response.headers[header] = value
      return .response(response)
    case .stream(var response, let body):
      response.headers[header] = value
      return .stream(response, body)
    case .brokenOff, .disconnect: return self
    }
  }
}

extension HTTPResponse {
  /// The bytes of the response to a request by `method`: <https://www.rfc-editor.org/rfc/rfc9112#section-4>.
  ///
  /// The status line has no phrase, which clients are told to ignore. One to HEAD, and some statuses, have no body,
  /// whatever the response says: <https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1>.
  func encoded(method: String, closes: Bool) -> (head: [UInt8], body: [UInt8]) {
    let head = head(framing: "content-length: \(body.count)", closes: closes)
    return (head, isBodiless || method == "HEAD" ? [] : body)
  }

  /// The head of a response whose body comes in chunks, or ends with the connection.
  func encodedHead(chunked: Bool, closes: Bool) -> [UInt8] {
    head(framing: chunked ? "transfer-encoding: chunked" : nil, closes: closes)
  }

  /// Whether no body may follow.
  var isBodiless: Bool { [204, 205, 304].contains(status) }

  /// The head, with the header that says where the body ends, if there may be one.
  private func head(framing: String?, closes: Bool) -> [UInt8] {
    var lines = ["HTTP/1.1 \(status) "]
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) where name.isHTTPName {
      lines.append("\(name): \(value.singleLine)")
    }
    lines += cookies.map { "set-cookie: \($0.singleLine)" }
    if !isBodiless, let framing { lines.append(framing) }
    if status == 205 { lines.append("content-length: 0") }
    if headers["date"] == nil { lines.append("date: \(Self.date())") }
    if closes { lines.append("connection: close") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  /// Now, in the form of <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>.
  private static func date() -> String {
    let now = UTCTime()
    return "\(now.weekdayName), \(now.day) \(now.monthName) \(now.year) \(now.clock) GMT"
  }
}

extension String {
  fileprivate var isHTTPName: Bool { !isEmpty && utf8.allSatisfy(\.isHTTPToken) }

  /// What would end the header, and let a function's response say more than its own, becomes a space:
  /// <https://www.rfc-editor.org/rfc/rfc9110#section-5.5>.
  fileprivate var singleLine: String {
    String(decoding: utf8.map { [0, 10, 13].contains($0) ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
  }
}

extension HTTPResponse {
  /// A response of JSON.
  static func json(_ body: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["content-type": "application/json"], body: body)
  }

  /// A response that says no more than one sentence, as API Gateway does.
  static func message(_ message: String, status: Int) -> HTTPResponse {
    json(JSONWriter.object { $0.add("message", message) }, status: status)
  }

  /// Another method would have been taken.
  static func methodNotAllowed(allowed: String) -> HTTPResponse {
    var response = message("Method Not Allowed", status: 405)
    response.headers["allow"] = allowed
    return response
  }

  static let notFound = message("Not Found", status: 404)
}
