import JSON
public import LambdaEvents
import LambdaRuntime
import Logging

/// A request that is not answered as it would like: thrown by a handler, sent as `application/problem+json`.
///
/// `{"type":"about:blank","title":"Unprocessable
/// Content","status":422,"detail":"…","codes":["message_blank","ttl_blank"]}`; what status 422 is called follows from
/// the number. Source: <https://www.rfc-editor.org/rfc/rfc9457>.
public struct Problem: Error {
  /// The status code, 400 to 599.
  public var status: Int

  /// What is wrong, for programs: every reason that applies. They are part of an API and should not change.
  public var codes: [String]

  /// What is wrong, for people; nil where the title says it all. It must be safe to show.
  public var detail: String?

  /// Headers that go with it, `retry-after` or `www-authenticate` for example.
  public var headers: [(name: String, value: String)]

  /// The error behind it, which the log is told and the client is not.
  public var cause: (any Error)?

  /// Makes a problem.
  public init(
    status: Int, codes: [String], detail: String? = nil, headers: [(name: String, value: String)] = [],
    cause: (any Error)? = nil
  ) {
    self.status = status
    self.codes = codes
    self.detail = detail
    self.headers = headers
    self.cause = cause
  }
}

extension Problem {
  /// The codes of the problems that this library makes.
  public enum Code: String, CaseIterable, Sendable {
    /// There is no such path.
    case routeNotFound = "route_not_found"
    /// The path has other methods.
    case methodNotAllowed = "method_not_allowed"
    /// The event's body is not the base64 that it says.
    case bodyNotBase64 = "body_not_base64"
    /// The request's body is not JSON, or has a string that is not Unicode.
    case bodyNotJSON = "body_not_json"
    /// The request does not say that its body is JSON.
    case contentTypeUnsupported = "content_type_unsupported"
    /// The request's body is compressed.
    case contentEncodingUnsupported = "content_encoding_unsupported"
    /// The handler failed.
    case internalError = "internal_error"
    /// The response is larger than Lambda takes.
    case responseTooLarge = "response_too_large"
    /// The handler had no time left.
    case deadlineExceeded = "deadline_exceeded"
  }

  /// Makes a problem of a code of this library's.
  public init(
    status: Int, code: Code, detail: String? = nil, headers: [(name: String, value: String)] = [],
    cause: (any Error)? = nil
  ) {
    self.init(status: status, codes: [code.rawValue], detail: detail, headers: headers, cause: cause)
  }
}

extension Problem {
  /// The problem as RFC 9457 has it, with `codes` as an extension member.
  var response: HTTPResponse {
    let body = JSONWriter.object {
      $0.add("type", "about:blank")
      $0.add("title", title)
      $0.add("status", status)
      if let detail { $0.add("detail", detail) }
      $0.array("codes") { for code in codes { $0.add(code) } }
    }
    return HTTPResponse(status: status, headers: [("content-type", "application/problem+json")] + headers, body: body)
  }

  /// What the status is called; one that is not known here is called as its class's first is.
  ///
  /// Source: <https://www.iana.org/assignments/http-status-codes/http-status-codes.xhtml>.
  var title: String {
    switch status {
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 407: "Proxy Authentication Required"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 423: "Locked"
    case 424: "Failed Dependency"
    case 425: "Too Early"
    case 426: "Upgrade Required"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 451: "Unavailable For Legal Reasons"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 506: "Variant Also Negotiates"
    case 507: "Insufficient Storage"
    case 508: "Loop Detected"
    case 511: "Network Authentication Required"
    default: status < 500 ? "Bad Request" : "Internal Server Error"
    }
  }
}

extension Problem {
  /// The problem that an error which is none becomes: the client is not told what it was. A handler that was cancelled had
  /// no time left, and another time may do.
  init(unexpected error: any Error) {
    if Task.isCancelled {
      self.init(status: 503, code: .deadlineExceeded, cause: DeadlineExceeded())
    } else {
      self.init(status: 500, code: .internalError, cause: error)
    }
  }

  /// The problem in the place of a response of so many bytes, of which Lambda would send nothing.
  init(tooLarge length: Int) {
    let detail = "The response is larger than can be sent. Ask for less."
    self.init(status: 500, code: .responseTooLarge, detail: detail, cause: InvalidResponse.tooLarge(length))
  }

  /// Says in the log what the client was told and what was behind it: an error where it is the server's, else for
  /// debugging.
  func logged(to logger: Logger) -> Problem {
    var metadata: Logger.Metadata = ["status": "\(status)", "codes": .string(codes.joined(separator: " "))]
    var message = title
    if let cause {
      let report = ErrorReport(cause)
      metadata[LambdaLogHandler.errorTypeKey] = .string(report.type.rawValue)
      message = report.logMessage
    }
    logger.log(level: status < 500 ? .debug : .error, "\(message)", metadata: metadata)
    return self
  }
}

/// Whatever a handler throws that was cancelled for it.
private struct DeadlineExceeded: LambdaError {
  let errorType = ErrorType.function("DeadlineExceeded")
  let errorMessage = "The handler was not done in time."
}

extension Problem {
  /// What is wrong with a request's body: 415 `content_type_unsupported` or `content_encoding_unsupported`, 400
  /// `body_not_json` or `body_not_base64`.
  public init(_ error: HTTPBodyError) {
    switch error {
    case .notBase64:
      self.init(status: 400, code: .bodyNotBase64, detail: "The body is not valid base64.")
    case .notJSON(let error):
      self.init(status: 400, code: .bodyNotJSON, detail: "The body is \(error).")
    case .contentTypeNotJSON:
      self.init(status: 415, code: .contentTypeUnsupported, detail: "content-type has to be application/json.")
    case .contentEncoded:
      // Source: <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>.
      self.init(
        status: 415, code: .contentEncodingUnsupported,
        detail: "The body has to be sent as it is, without a content-encoding such as gzip.",
        headers: [("accept-encoding", "identity")])
    }
  }
}
