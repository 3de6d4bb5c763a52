import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import TestSupport
import Testing

@Suite struct HTTPRouterTests {
  /// Each route answers with its pattern and what its parameters are.
  private func router(_ routes: [(HTTPMethod, String)], cors: CORS? = nil) -> HTTPRouter {
    var router = HTTPRouter(cors: cors)
    for (method, pattern) in routes {
      router.on(method, pattern) { _, parameters, _ in
        let values = ["uuid", "handle", "x", "y"].compactMap { name in parameters[name].map { "\(name)=\($0)" } }
        let text = ([method.rawValue, pattern] + values).joined(separator: " ")
        return HTTPResponse(headers: [("x-route", pattern)], body: Array(text.utf8))
      }
    }
    return router
  }

  private let routes: [(HTTPMethod, String)] = [
    (.get, "/"), (.get, "/api/activities/{uuid}"), (.get, "/api/activities/@{handle}"), (.get, "/api/activities/home"),
    (.get, "/api/activities/@@{x}"), (.post, "/api/activities"), (.post, "/api/activities/{uuid}/reply"),
    (.put, "/api/{x}/home"), (.put, "/{x}/{y}"), (.delete, "/api/{x}/home"),
  ]

  @Test(arguments: [
    ("GET", "/", "GET /"), ("POST", "/api/activities", "POST /api/activities"),
    ("GET", "/api/activities/home", "GET /api/activities/home"),
    ("GET", "/api/activities/Home", "GET /api/activities/{uuid} uuid=Home"),
    ("GET", "/api/activities/homer", "GET /api/activities/{uuid} uuid=homer"),
    ("GET", "/api/activities/42", "GET /api/activities/{uuid} uuid=42"),
    ("GET", "/api/activities/@ana", "GET /api/activities/@{handle} handle=ana"),
    ("GET", "/api/activities/@@ana", "GET /api/activities/@@{x} x=ana"),
    ("GET", "/api/activities/@", "GET /api/activities/@{handle} handle="),
    ("GET", "/api/activities/@@", "GET /api/activities/@@{x} x="),
    ("GET", "/api/activities/@e\u{301}", "GET /api/activities/@{handle} handle=e\u{301}"),
    ("GET", "/api/activities/@\u{301}", "GET /api/activities/@{handle} handle=\u{301}"),
    ("GET", "/api/activities/a+b", "GET /api/activities/{uuid} uuid=a+b"),
    ("POST", "/api/activities/42/reply", "POST /api/activities/{uuid}/reply uuid=42"),
    ("PUT", "/api/x", "PUT /{x}/{y} x=api y=x"), ("DELETE", "/api/a/home", "DELETE /api/{x}/home x=a"),
  ]) func `The most specific pattern gets the request`(method: String, path: String, expected: String) async throws {
    for routes in [routes, routes.reversed(), Array(routes[5...] + routes[..<5])] {
      let response = try await router(routes).response(to: httpEvent(method, path))
      #expect(response.status == 200)
      #expect(response.text.unicodeScalars.elementsEqual(expected.unicodeScalars), "\(response.text)")
    }
  }

  /// An HTTP API has decoded the path, and a function URL has not.
  @Test(arguments: [
    ("/api/activities/@ana", "handle=ana", "handle=ana"), ("/api/activities/h%6Fme", "uuid=h%6Fme", nil),
    ("/api/activities/%40ana", "uuid=%40ana", "handle=ana"),
    ("/api/activities/@100%41", "handle=100%41", "handle=100A"),
    ("/api/activities/@100%2541", "handle=100%2541", "handle=100%41"),
    ("/api/activities/@a%2Fb", "handle=a%2Fb", "handle=a/b"),
    ("/api/activities/@what?", "handle=what?", "handle=what?"),
    ("/api/activities/@%C3%A9%20", "handle=%C3%A9%20", "handle=é "), ("/api/activities/@é ", "handle=é ", "handle=é "),
    ("/api/activities/50%", "uuid=50%", "uuid=50%"),
  ]) func `A path is decoded once`(path: String, fromAPI: String, fromFunctionURL: String?) async throws {
    for (domain, expected) in [("api.example.com", fromAPI), (functionURLDomain, fromFunctionURL)] {
      let text = try await router(routes).response(to: httpEvent("GET", path, domain: domain)).text
      #expect(text.split(separator: " ", maxSplits: 2).dropFirst(2).first.map(String.init) == expected, "\(domain)")
    }
  }

  @Test func `An event without a domain is an HTTP API's`() async throws {
    let event = #"{"version":"2.0","rawPath":"/%41","requestContext":{"http":{"method":"GET"}}}"#
    #expect(try await router([(.get, "/{x}")]).response(to: event).text == "GET /{x} x=%41")
  }

  @Test(arguments: [
    "", "/api", "/api/", "/api/activities/", "/api/activities/home/", "/api//activities", "//", "//api/activities",
    "/api/activities/42/reply/", "/api/activities/42/replies", "/api/activities%2Fhome", "/API/activities",
    "api/activities",
    "/api/activities/42/reply/1", "/api/{x}", "*", "/\u{0}",
  ]) func `A path of no pattern is not found`(path: String) async throws {
    var routes = routes
    routes.removeAll { $0.1 == "/{x}/{y}" }
    let response = try await router(routes).response(to: httpEvent("GET", path))
    #expect(response.status == 404)
    #expect(response["content-type"] == "application/problem+json")
    #expect(
      response.text == #"{"type":"about:blank","title":"Not Found","status":404,"codes":["route_not_found"]}"#)
  }

  @Test func `A stage's name is no part of the path`() async throws {
    let router = router([(.get, "/"), (.get, "/prod/a"), (.get, "/a"), (.get, "/production")])
    let cases = [
      ("/prod/a", "prod", "GET /a"), ("/prod/prod/a", "prod", "GET /prod/a"), ("/a", "prod", "GET /a"),
      ("/prod/a", "$default", "GET /prod/a"), ("/production", "prod", "GET /production"), ("/prod/", "prod", "GET /"),
      ("/a/a", "a", "GET /a"),
    ]
    for (path, stage, response) in cases {
      #expect(try await router.response(to: httpEvent("GET", path, stage: stage)).text == response)
    }
  }

  @Test func `The first handler of a method and a pattern gets the requests`() async throws {
    let router = router([(.get, "/{x}"), (.get, "/{y}"), (.post, "/{y}")])
    #expect(try await router.response(to: httpEvent("GET", "/1")).text == "GET /{x} x=1")
    #expect(try await router.response(to: httpEvent("POST", "/1")).text == "POST /{y} y=1")
  }

  @Test(arguments: [
    ("DELETE", "/api/activities", "OPTIONS, POST"), ("GET", "/api/activities", "OPTIONS, POST"),
    ("HEAD", "/api/activities", "OPTIONS, POST"), ("POST", "/api/activities/home", "GET, HEAD, OPTIONS"),
    ("PUT", "/api/activities/home", "GET, HEAD, OPTIONS"), ("get", "/", "GET, HEAD, OPTIONS"),
    ("PROPFIND", "/api/x/home", "DELETE, OPTIONS, PUT"), ("", "/", "GET, HEAD, OPTIONS"),
  ])
  func `A method that a path does not have is not allowed`(method: String, path: String, allow: String) async throws {
    let response = try await router(routes).response(to: httpEvent(method, path))
    #expect(response.status == 405)
    #expect(response["allow"] == allow)
    #expect(response.text.contains(#""codes":["method_not_allowed"]"#))
  }

  /// Whoever sends it on leaves the body out, but says its length.
  @Test(arguments: ["/api/activities/42", "/nowhere"]) func `HEAD is answered as GET`(path: String) async throws {
    let get = try await router(routes).response(to: httpEvent("GET", path))
    let head = try await router(routes).response(to: httpEvent("HEAD", path))
    #expect(!get.bytes.isEmpty && head.bytes == get.bytes)
    #expect(head.status == get.status)
    #expect(head.headers.map { "\($0.name): \($0.value)" } == get.headers.map { "\($0.name): \($0.value)" })
  }

  @Test func `HEAD may have a handler of its own`() async throws {
    let response = try await router([(.get, "/{x}"), (.head, "/{y}")]).response(to: httpEvent("HEAD", "/1"))
    #expect(response["x-route"] == "/{y}")
  }

  @Test func `OPTIONS says what is allowed`() async throws {
    let response = try await router(routes).response(to: httpEvent("OPTIONS", "/api/activities/home"))
    #expect(response.status == 204)
    #expect(response["allow"] == "GET, HEAD, OPTIONS")
    #expect(response.bytes.isEmpty && response.headers.count == 1)
    #expect(try await router(routes).response(to: httpEvent("OPTIONS", "/nowhere")).status == 404)
  }

  @Test func `OPTIONS may have a handler of its own`() async throws {
    let response = try await router([(.options, "/")]).response(to: httpEvent("OPTIONS", "/"))
    #expect(response.status == 200 && response.text == "OPTIONS /")
  }

  @Test func `A handler gets the body`() async throws {
    var router = HTTPRouter()
    router.on(.post, "/") { request, _, _ in HTTPResponse(body: request.body) }
    #expect(try await router.response(to: httpEvent("POST", "/", body: "/w==", isBase64: true)).bytes == [0xFF])
  }

  @Test func `A body that is no base64 is refused before its handler is asked`() async throws {
    var router = HTTPRouter()
    router.on(.post, "/") { _, _, _ in
      Issue.record("a handler was asked")
      return HTTPResponse()
    }
    let response = try await router.response(to: httpEvent("POST", "/", body: "/w=", isBase64: true))
    #expect(response.status == 400)
    #expect(response.text.contains(#""codes":["body_not_base64"]"#))
  }
}
