import JSON

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
