import Testing

@testable import LocalLambda

/// The parameters of Lambda's `Invoke`.
struct InvokeCallTests {
  private static func read(
    _ reference: String = "cruddur", query: String = "", headers: [String: String] = [:],
    body: [UInt8] = Array("1".utf8)
  ) throws(InvokeError) -> InvokeCall {
    let call = HTTPCall(
      method: "POST", path: "/", query: query, headers: headers.map { HTTPCall.Header(name: $0.key, value: $0.value) },
      body: body)
    return try InvokeCall(call, reference: reference[...], name: "cruddur")
  }

  @Test(arguments: [
    ("other", "", "arn:aws:lambda:us-east-1:123456789012:function:other"),
    ("cruddur:7", "", "arn:aws:lambda:us-east-1:123456789012:function:cruddur:7"),
    ("cruddur", "Qualifier=live", "arn:aws:lambda:us-east-1:123456789012:function:cruddur:live"),
    (
      "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aother", "",
      "arn:aws:lambda:us-east-1:123456789012:function:other"
    ),
    (
      "arn:aws:lambda:eu-west-1:123456789012:function:cruddur", "",
      "arn:aws:lambda:eu-west-1:123456789012:function:cruddur"
    ),
    ("210987654321:function:cruddur", "", "210987654321:function:cruddur"), ("", "", ""),
  ])
  func `Another function is not found`(reference: String, query: String, arn: String) {
    #expect(throws: InvokeError.notFound(arn: arn)) { try Self.read(reference, query: query) }
  }

  @Test(arguments: [
    ("cruddur", ""), ("cruddur:$LATEST", ""), ("cruddur%3A%24LATEST", ""), ("cruddur", "a=b&Qualifier=%24LATEST"),
    ("123456789012:function:cruddur", ""), ("arn:aws:lambda:us-east-1:123456789012:function:cruddur", ""),
    ("arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Acruddur%3A%24LATEST", ""),
  ])
  func `The function has many names`(reference: String, query: String) throws {
    #expect(try Self.read(reference, query: query).type == .requestResponse)
  }

  @Test func `A bad parameter is named`() {
    #expect(throws: InvokeError.unknownInvocationType("Later")) {
      try Self.read(headers: ["x-amz-invocation-type": "Later"])
    }
    for context in ["nonsense", "e30", "MQ=="] {
      #expect(throws: InvokeError.badClientContext) { try Self.read(headers: ["x-amz-client-context": context]) }
    }
    #expect(throws: InvokeError.payloadTooLarge) {
      try Self.read(body: Array(repeating: UInt8(ascii: "1"), count: Function.maximumPayloadBytes + 1))
    }
    let error = #expect(throws: InvokeError.self) { try Self.read(body: Array("{".utf8)) }
    #expect(error?.answer.status == 400)
    #expect(error?.answer.headers["x-amzn-errortype"] == "InvalidRequestContentException")
    #expect(error?.message.hasPrefix("Could not parse request body into json: ") == true)
  }

  @Test func `An empty payload is an empty object`() throws {
    #expect(try Self.read(body: []).payload == Array("{}".utf8))
  }

  @Test func `The client context is decoded`() throws {
    #expect(try Self.read(headers: ["x-amz-client-context": "eyJhIjoxfQ=="]).clientContext == #"{"a":1}"#)
  }

  @Test(arguments: [
    (Duration.seconds(5), "5.00"), (.milliseconds(1234), "1.23"), (.milliseconds(50), "0.05"),
    (.seconds(900), "900.00"),
  ])
  func `A timeout is told in seconds`(timeout: Duration, text: String) {
    let body =
      #"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: id Error: Task timed out after \#(text) seconds"}"#
    #expect(InvocationResult.timedOut.output(requestID: "id", timeout: timeout) == .error(Array(body.utf8)))
  }
}
