import Hummingbird

extension Response {
  /// The response to a request. One to HEAD, and some statuses, have no body, whatever a function says:
  /// <https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1>.
  init(_ answer: Answer, to request: Request) {
    var headers = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPFields.Element.Name(name) { headers[name] = value }
    }
    headers[values: .setCookie] = answer.cookies
    let isHead = request.method.rawValue == "HEAD"
    if isHead { headers[.contentLength] = String(answer.body.count) }
    let hasBody = !isHead && ![204, 205, 304].contains(answer.status)
    self.init(
      status: .init(code: answer.status), headers: headers,
      body: hasBody ? ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)) : ResponseBody())
  }
}
