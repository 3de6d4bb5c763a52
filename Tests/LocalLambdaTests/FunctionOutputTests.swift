import Testing

@testable import LocalLambda

/// What API Gateway makes of a function's answer.
struct FunctionOutputTests {
  private func answer(_ output: String) -> HTTPResponse? {
    HTTPResponse(functionOutput: Array(output.utf8))
  }

  @Test(arguments: [
    "", "nonsense", #"{"statusCode":200"#, #"{"statusCode":"created"}"#, #"{"statusCode":null}"#,
    #"{"statusCode":199}"#,
    #"{"statusCode":600}"#, #"{"statusCode":200.5}"#, #"{"statusCode":200,"body":{}}"#, #"{"statusCode":200,"body":1}"#,
    #"{"statusCode":200,"headers":[]}"#, #"{"statusCode":200,"headers":{"a":{}}}"#,
    #"{"statusCode":200,"headers":{"a":null}}"#,
    #"{"statusCode":200,"cookies":{}}"#, #"{"statusCode":200,"cookies":[1]}"#,
    #"{"statusCode":200,"body":"a","isBase64Encoded":"yes"}"#, #"{"statusCode":200,"body":"*","isBase64Encoded":true}"#,
  ])
  func `An answer of the wrong form makes no response`(output: String) {
    #expect(answer(output) == nil)
  }

  @Test(arguments: [#"{"a":1}"#, "[1]", #""text""#, "null", "1"])
  func `JSON without a statusCode is the body`(output: String) {
    #expect(
      answer(output)
        == HTTPResponse(status: 200, headers: ["content-type": "application/json"], body: Array(output.utf8)))
  }

  @Test func `A whole response is taken over`() {
    let output = #"""
      {"statusCode":201,"headers":{"Content-Type":"text/html","X-Number":1,"x-flag":true},"cookies":["a=b","c=d"],
       "body":"<p>é","isBase64Encoded":false}
      """#
    #expect(
      answer(output)
        == HTTPResponse(
          status: 201, headers: ["content-type": "text/html", "x-number": "1", "x-flag": "true"],
          cookies: ["a=b", "c=d"], body: Array("<p>é".utf8)))
  }

  @Test func `What is left out or null has a default`() {
    let expected = HTTPResponse(status: 204, headers: ["content-type": "text/plain;charset=UTF-8"], body: [])
    #expect(answer(#"{"statusCode":204}"#) == expected)
    #expect(
      answer(#"{"statusCode":204,"headers":null,"cookies":null,"body":null,"isBase64Encoded":null}"#) == expected)
  }

  @Test func `A cookie may be a header`() {
    let output = #"{"statusCode":200,"headers":{"Set-Cookie":"a=b, c"},"cookies":["d=e"]}"#
    #expect(answer(output)?.headers == ["content-type": "text/plain;charset=UTF-8"])
    #expect(answer(output)?.cookies == ["a=b, c", "d=e"])
  }

  @Test func `Base64 is undone`() {
    #expect(answer(#"{"statusCode":200,"body":"/0E=","isBase64Encoded":true}"#)?.body == [0xFF, 0x41])
  }

  @Test func `Headers of the connection are not the function's`() {
    let output =
      #"{"statusCode":200,"headers":{"Transfer-Encoding":"chunked","Content-Length":"7","Connection":"close"}}"#
    #expect(answer(output)?.headers == ["content-type": "text/plain;charset=UTF-8"])
  }
}
