import Testing

@testable import LocalLambda

struct RuntimeCallTests {
  private static let base = "/2018-06-01/runtime"

  @Test(arguments: [
    ("GET", base + "/invocation/next", RuntimeCall.next),
    ("POST", base + "/invocation/8f5b/response", .post(requestID: "8f5b", invocationID: nil, .success(.response([7])))),
    (
      "POST", base + "/invocation/8f5b/error",
      .post(requestID: "8f5b", invocationID: nil, .success(.functionError(type: "Runtime.Unknown", body: [7])))
    ),
    ("GET", base + "/restore/next", .restoreNext),
    (
      "POST", base + "/restore/error", .restoreError(.success(ReportedError(type: "Runtime.Unknown", body: [7])))
    ),
    ("POST", base + "/init/error", .initError(.success(ReportedError(type: "Runtime.Unknown", body: [7])))),
  ])
  func `A call is read from its request`(method: String, path: String, call: RuntimeCall) throws {
    let (route, requestID) = try Route.parse(method: method, path: path)
    #expect(try RuntimeCall(route, requestID: requestID, HTTPCall(method: method, path: path, body: [7])) == call)
  }

  @Test(arguments: [
    ("GET", "/", Refusal.unknownPath),
    ("GET", "", .unknownPath),
    ("GET", "/2015-03-31/functions/f/invocations", .unknownPath),
    ("GET", base, .unknownPath),
    ("GET", base + "/invocation/next/", .unknownPath),
    ("GET", base + "/invocation/next/more", .unknownPath),
    ("POST", base + "/invocation/a/b/response", .unknownPath),
    ("POST", base + "/init/response", .unknownPath),
    ("POST", base + "/invocation/next", .wrongMethod),
    ("GET", base + "/invocation/8f5b/response", .wrongMethod),
    ("PUT", base + "/invocation/8f5b/error", .wrongMethod),
    ("GET", base + "/init/error", .wrongMethod),
    ("POST", base + "/restore/next", .wrongMethod),
    ("GET", base + "/restore/error", .wrongMethod),
  ])
  func `What is no call is refused`(method: String, path: String, refusal: Refusal) {
    #expect(throws: refusal) { try Route.parse(method: method, path: path) }
  }

  @Test(arguments: [
    ("Function.Bad", "Function.Bad"),
    ("Runtime.NoSuchHandler", "Runtime.NoSuchHandler"),
    ("Function.bad", "Function.Unknown"),
    ("Function.B", "Function.Unknown"),
    ("Function.Bad2", "Function.Unknown"),
    ("Function.Bad Thing", "Function.Unknown"),
    ("Function.Bäd", "Function.Unknown"),
    ("Function.", "Function.Unknown"),
    ("Runtime.[]", "Runtime.Unknown"),
    ("Database.Gone", "Runtime.Unknown"),
    ("", "Runtime.Unknown"),
    (nil, "Runtime.Unknown"),
  ])
  func `An error type is recorded only if it has Lambda's form`(header: String?, recorded: String) {
    #expect(ErrorType.recorded(header) == recorded)
  }

  @Test(arguments: [
    (nil, nil), ("", nil), ("buffered", InvalidPost.unknownResponseMode),
    ("Streaming", .unknownResponseMode),
  ])
  func `A response mode is checked`(mode: String?, bad: InvalidPost?) throws {
    let headers = mode.map { [HTTPCall.Header(name: "lambda-runtime-function-response-mode", value: $0)] } ?? []
    let call = try RuntimeCall(
      .response, requestID: "a", HTTPCall(method: "POST", path: "", headers: headers, body: [7]))
    let result: Result<InvocationResult, InvalidPost> = bad.map { .failure($0) } ?? .success(.response([7]))
    #expect(call == .post(requestID: "a", invocationID: nil, result))
  }

  @Test func `A response that streams is told by its head`() throws {
    var call = HTTPCall(method: "POST", path: Self.base + "/invocation/8f5b/response")
    call.headers = [.init(name: "lambda-runtime-function-response-mode", value: "streaming")]
    #expect(RuntimeCall.isStream(call))
    call.stream = HTTPBodyStream()
    #expect(try RuntimeCall(.response, requestID: "8f5b", call) == .stream(requestID: "8f5b", invocationID: nil))
    for path in ["/invocation/8f5b/error", "/init/error", "/invocation/next"] {
      call.path = Self.base + path
      #expect(!RuntimeCall.isStream(call))
    }
  }
}
