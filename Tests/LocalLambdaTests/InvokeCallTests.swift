import Foundation
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
    return try InvokeCall(call, reference: reference[...], name: "cruddur", aliases: ["live"])
  }

  @Test(arguments: [
    ("other", "", "arn:aws:lambda:us-east-1:123456789012:function:other"),
    ("cruddur:7", "", "arn:aws:lambda:us-east-1:123456789012:function:cruddur:7"),
    ("cruddur", "Qualifier=dead", "arn:aws:lambda:us-east-1:123456789012:function:cruddur:dead"),
    (
      "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aother", "",
      "arn:aws:lambda:us-east-1:123456789012:function:other"
    ),
    (
      "arn:aws:s3:eu-west-1:123456789012:function:cruddur", "",
      "arn:aws:s3:eu-west-1:123456789012:function:cruddur"
    ),
    ("12345:function:cruddur", "", "12345:function:cruddur"), ("cruddur:", "", "cruddur:"), ("", "", ""),
  ])
  func `Another function is not found`(reference: String, query: String, arn: String) {
    #expect(throws: InvokeError.notFound(arn: arn)) { try Self.read(reference, query: query) }
  }

  @Test(
    arguments: [
      ("cruddur", "", nil), ("cruddur:$LATEST", "", "$LATEST"), ("cruddur%3A%24LATEST", "", "$LATEST"),
      ("cruddur", "a=b&Qualifier=%24LATEST", "$LATEST"), ("cruddur:live", "", "live"),
      ("cruddur", "Qualifier=live", "live"), ("cruddur:live", "Qualifier=live", "live"),
      ("123456789012:function:cruddur", "", nil), ("210987654321:function:cruddur:live", "", "live"),
      ("arn:aws:lambda:us-east-1:123456789012:function:cruddur", "", nil),
      ("arn:aws-us-gov:lambda:us-gov-west-1:210987654321:function:cruddur:live", "", "live"),
      ("arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Acruddur%3A%24LATEST", "", "$LATEST"),
    ] as [(String, String, String?)])
  func `The function has many names`(reference: String, query: String, qualifier: String?) throws {
    #expect(try Self.read(reference, query: query).qualifier == qualifier)
  }

  @Test func `Two qualifiers must not differ`() {
    let error = #expect(throws: InvokeError.self) { try Self.read("cruddur:live", query: "Qualifier=%24LATEST") }
    #expect(error == .qualifiersDiffer)
    #expect(error?.response.headers["x-amzn-errortype"] == "InvalidParameterValueException")
  }

  @Test func `An event that nobody waits for has a limit of its own`() throws {
    let headers = ["x-amz-invocation-type": "Event"]
    let most = [UInt8](repeating: UInt8(ascii: "1"), count: 1 << 20)
    #expect(try Self.read(headers: headers, body: most).type == .event)
    let error = #expect(throws: InvokeError.self) { try Self.read(headers: headers, body: most + [UInt8(ascii: "1")]) }
    #expect(error == .eventTooLarge(bytes: 1_048_577))
    #expect(error?.response.status == 413)
    #expect(try Self.read(body: most + [UInt8(ascii: "1")]).type == .requestResponse)
  }

  @Test func `The log is wanted or not`() throws {
    #expect(try !Self.read().wantsLog)
    #expect(try !Self.read(headers: ["x-amz-log-type": "None"]).wantsLog)
    #expect(try Self.read(headers: ["x-amz-log-type": "Tail"]).wantsLog)
    #expect(throws: InvokeError.unknownLogType("tail")) { try Self.read(headers: ["x-amz-log-type": "tail"]) }
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
    #expect(error?.response.status == 400)
    #expect(error?.response.headers["x-amzn-errortype"] == "InvalidRequestContentException")
    #expect(error?.message.hasPrefix("Could not parse request body into json: ") == true)
  }

  @Test func `An empty payload is an empty object`() throws {
    #expect(try Self.read(body: []).payload == Array("{}".utf8))
  }

  @Test func `The client context is decoded`() throws {
    #expect(try Self.read(headers: ["x-amz-client-context": "eyJhIjoxfQ=="]).clientContext == #"{"a":1}"#)
  }

  @Test func `A client context has a limit`() throws {
    func context(_ count: Int) -> String {
      Data(#"{"a":"\#(String(repeating: "b", count: count))"}"#.utf8).base64EncodedString()
    }
    // Base64 comes by four characters.
    let (most, more) = (context(2677), context(2678))
    #expect(most.utf8.count == 3580)
    #expect(try Self.read(headers: ["x-amz-client-context": most]).clientContext?.utf8.count == 2685)
    let error = #expect(throws: InvokeError.self) { try Self.read(headers: ["x-amz-client-context": more]) }
    #expect(error == .clientContextTooLarge(bytes: 3584))
    #expect(error?.response.status == 400)
    #expect(error?.response.headers["x-amzn-errortype"] == "InvalidRequestContentException")
  }

  @Test(arguments: [nil, "DryRun", "Event", "RequestResponse"])
  func `A tenant reaches the function, whether or not somebody waits`(type: String?) throws {
    let tenant = "Blue 7._:/=+-@"
    var headers = ["x-amz-tenant-id": tenant]
    if let type { headers["x-amz-invocation-type"] = type }
    #expect(try Self.read(headers: headers).request.tenantID == tenant)
    #expect(try Self.read().request.tenantID == nil)
  }

  @Test func `A tenant's id has its characters, and 256 at most`() throws {
    let most = String(repeating: "a", count: 256)
    #expect(try Self.read(headers: ["x-amz-tenant-id": most]).tenantID == most)
    for id in ["", most + "a", "a,b", "é", "a\tb", "{}"] {
      let error = #expect(throws: InvokeError.self) { try Self.read(headers: ["x-amz-tenant-id": id]) }
      #expect(error == .badTenantID)
      #expect(error?.response.headers["x-amzn-errortype"] == "InvalidParameterValueException")
    }
  }

  @Test func `Headers of features that a laptop has not are ignored`() throws {
    let headers = ["x-amz-durable-execution-name": "once", "x-amzn-trace-id": "Root=1-2-3", "content-type": "text/csv"]
    #expect(try Self.read(headers: headers) == Self.read())
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
