import Testing

@testable import LocalLambda

/// The body of an answer that is an HTTP response.
struct HTTPAnswerTests {
  private static let zeros = String(repeating: "\0", count: 8)

  @Test(arguments: [
    (#"{"statusCode":200}"#, "", true), (#"{"statusCode":200,"body":null}"#, "", true),
    (#"{"statusCode":500,"body":"é\n","isBase64Encoded":false}"#, "é\n", true),
    (#"{"statusCode":200,"body":"aMOp","isBase64Encoded":true}"#, "hé", false),
    (#"{"statusCode":200}"# + zeros + "a\0b", "a\0b", false), ("{}" + zeros, "", false),
    ("{}" + zeros + zeros, zeros, false),
  ])
  func `An HTTP response has a body`(answer: String, body: String, isText: Bool) {
    let response = HTTPAnswer(Array(answer.utf8))
    #expect(response?.body == Array(body.utf8))
    #expect(response?.isText == isText)
  }

  @Test(arguments: [
    "", "nonsense", "1", "null", #"{"body":"a"}"#, #"{"statusCode":"200","body":"a"}"#, #"{"statusCode":99}"#,
    #"{"statusCode":200,"body":[]}"#, #"{"statusCode":200,"body":"*","isBase64Encoded":true}"#,
    "[]" + zeros + "a", "{" + zeros + "a", #"{"statusCode":0}"# + zeros + "a", "{}\0\0\0\0\0\0\0",
  ])
  func `What is no HTTP response has none`(answer: String) {
    #expect(HTTPAnswer(Array(answer.utf8)) == nil)
  }
}
