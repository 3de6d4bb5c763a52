import Hummingbird

extension Response {
  init(_ answer: Answer) {
    var headers = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPFields.Element.Name(name) { headers[name] = value }
    }
    headers[values: .setCookie] = answer.cookies
    let body = ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    self.init(status: .init(code: answer.status), headers: headers, body: body)
  }
}
