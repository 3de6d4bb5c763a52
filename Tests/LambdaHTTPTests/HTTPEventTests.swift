import JSON
import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import TestSupport
import Testing

/// HTTP events through the router of all events, to the bytes that Lambda is answered with.
@Suite struct HTTPEventTests {
  private var router: EventRouter {
    var http = HTTPRouter()
    http.on(.get, "/") { _, _, _ in HTTPResponse.json(Array(#"{"a":"é\n"}"#.utf8)) }
    http.on(.get, "/binary") { _, _, _ in HTTPResponse(headers: [("content-type", "image/png")], body: [0x89, 0xFF, 0])
    }
    http.on(.get, "/headers") { _, _, _ in
      HTTPResponse(headers: [
        ("Vary", "origin"), ("set-cookie", "a=1, 2; Path=/"), ("vary", "accept"), ("Set-Cookie", "b=2"),
        ("link", "</>"),
      ])
    }
    http.on(.post, "/api/activities/@{handle}") { request, parameters, _ in
      HTTPResponse(status: 201, body: Array("\(parameters["handle"] ?? "") ".utf8) + request.body)
    }
    var router = EventRouter()
    router.on(PostConfirmation.self) { _, _ in }
    router.on(http)
    return router
  }

  private func response(to event: String) async throws -> JSONValue {
    let bytes = try await router.handle(Invocation(context: context(), payload: Array(event.utf8))).collect()
    return try JSONDocument(bytes).root
  }

  @Test func `A response is written as payload 2.0 has it`() async throws {
    let bytes = try await router.handle(Invocation(context: context(), payload: Array(HTTPSample.functionURL.utf8)))
      .collect()
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"statusCode":200,"headers":{"content-type":"application/json"},"cookies":[],"#
        + #""body":"{\"a\":\"é\\n\"}","isBase64Encoded":false}"#)
  }

  @Test func `An event of API Gateway is answered`() async throws {
    let response = try await response(to: HTTPSample.apiGateway)
    #expect(try response.member("statusCode").integer() == 201)
    #expect(try response.member("body").string() == #"ana {"message":"Hé\n"}"#)
  }

  @Test func `A body that is not text is written in base64`() async throws {
    let response = try await response(to: httpEvent("GET", "/binary"))
    #expect(try response.member("isBase64Encoded").bool())
    #expect(try response.member("body").string() == "if8A")
  }

  @Test func `Several headers of one name are joined, and cookies are not`() async throws {
    let response = try await response(to: httpEvent("GET", "/headers"))
    let headers = try response.member("headers").members().map { "\($0): \(try $1.string())" }
    #expect(headers == ["vary: origin, accept", "link: </>"])
    #expect(try response.member("cookies").elements().map { try $0.string() } == ["a=1, 2; Path=/", "b=2"])
    #expect(try response.member("body").string().isEmpty)
  }

  @Test func `A trigger of Cognito's is still answered with itself`() async throws {
    let event =
      #"{"triggerSource":"PostConfirmation_ConfirmSignUp","request":{"userAttributes":{"sub":"1"}},"response":{}}"#
    let bytes = try await router.handle(Invocation(context: context(), payload: Array(event.utf8))).collect()
    #expect(String(decoding: bytes, as: UTF8.self) == event)
  }

  @Test func `An event of payload 1.0 is refused by name`() async throws {
    await #expect {
      try await response(to: HTTPSample.payload1)
    } throws: { error in
      let error = error as? EventError
      return error?.errorType.rawValue == "Function.InvalidEvent"
        && error?.errorMessage.contains("payload format version") == true
    }
  }

  @Test(arguments: [
    (HTTPSample.loadBalancer, "an Application Load Balancer"), (HTTPSample.restAPI, "a REST API"),
    (HTTPSample.webSocket, "a WebSocket API"),
  ]) func `An event of another sender is refused by the sender's name`(event: String, name: String) async throws {
    let error = await #expect(throws: EventError.self) { try await response(to: event) }
    #expect(error?.errorType.rawValue == "Function.UnknownEvent")
    #expect(error?.errorMessage.contains(name) == true, "\(error?.errorMessage ?? "")")
    #expect(error?.errorMessage.contains("set the payload format version") == false)
    #expect(throws: EventError.self) { try httpRequest(event) }
  }

  /// A payload that is as large as Lambda takes, and one that has a byte more.
  @Test func `A response that Lambda does not take is a problem, and logged`() async throws {
    let overhead = try await HTTPResponse.json([]).response.collect().count
    for surplus in [0, 1] {
      let body = [UInt8](repeating: UInt8(ascii: "x"), count: Invocation.maximumLength - overhead + surplus)
      var http = HTTPRouter(cors: surplus == 0 ? nil : CORS(origins: ["*"]))
      http.on(.get, "/") { _, _, _ in .json(body) }
      var router = EventRouter()
      router.on(http)
      let lines = Lines()
      let payload = try await router.handle(Invocation(context: context(lines), payload: Array(httpEvent().utf8)))
        .collect()
      guard surplus > 0 else {
        #expect(payload.count == Invocation.maximumLength)
        #expect(lines.text.isEmpty)
        continue
      }
      let response = try JSONDocument(payload).root
      #expect(try response.member("statusCode").integer() == 500)
      #expect(try response.member("headers").member("content-type").string() == "application/problem+json")
      #expect(try response.member("headers").member("access-control-allow-origin").string() == "*")
      #expect(try response.member("body").string().contains(#""codes":["response_too_large"]"#))
      #expect(lines.text.contains("errorType=Function.ResponseTooLarge"))
      #expect(lines.text.contains("more than the 6291556 that Lambda allows"))
    }
  }

  @Test(arguments: ["{}", "[]", #"{"requestContext":{}}"#, #"{"requestContext":"http"}"#, #"{"version":"2.0"}"#])
  func `An event of no known kind is refused, and the error names the kinds that there are`(event: String) async throws
  {
    await #expect {
      try await response(to: event)
    } throws: { error in
      let error = error as? EventError
      let message = error?.errorMessage ?? ""
      return error?.errorType.rawValue == "Function.UnknownEvent" && message.contains("triggerSource")
        && message.contains("requestContext.http")
    }
  }

  @Test func `Without a router of their own HTTP requests are of no known kind`() async throws {
    let payload = Array(httpEvent().utf8)
    await #expect(throws: EventError(.unknown(handled: []))) {
      try await EventRouter().handle(Invocation(context: context(), payload: payload))
    }
  }

  @Test func `Every prefix of an event is refused`() async throws {
    let event = Array(HTTPSample.apiGateway.utf8)
    for length in event.indices {
      await #expect(throws: EventError.self, "the first \(length) bytes") {
        try await router.handle(Invocation(context: context(), payload: Array(event.prefix(length))))
      }
    }
  }

  /// What comes of it is a response or an error of the event, and never a trap.
  @Test(arguments: 0..<4) func `An event may be anything`(round: UInt64) async throws {
    let event = Array(HTTPSample.apiGateway.utf8)
    var state = round
    func random(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let interesting = Array(#""\{}[],:%/@=&+0.é"#.utf8) + [0x00, 0x0A, 0x7F, 0x80, 0xC3, 0xFF]
    let router = router
    for _ in 0..<1_000 {
      var bytes = event
      for _ in 0...random(below: 3) {
        bytes[random(below: bytes.count)] =
          round % 2 == 0 ? UInt8(random(below: 256)) : interesting[random(below: interesting.count)]
      }
      do {
        let response = try await router.handle(Invocation(context: context(), payload: bytes)).collect()
        let status = try JSONDocument(response).root.member("statusCode").integer()
        #expect([201, 400, 404, 405].contains(status))
      } catch is EventError {
        continue
      }
    }
  }
}
