import LambdaEvents
import LambdaHTTP
import LambdaRuntime
import TestSupport
import Testing

@Suite struct CORSTests {
  private func response(
    _ method: String = "GET", _ path: String = "/", origin: String?, origins: Set<String>?
  ) async throws -> HTTPResponse {
    var router = HTTPRouter(cors: origins.map { CORS(origins: $0, maximumAge: .seconds(60)) })
    router.on(.get, "/") { _, _, _ in HTTPResponse.json(Array("[]".utf8)) }
    router.on(.post, "/") { _, _, _ in throw Problem(status: 422, codes: ["x"]) }
    let headers = origin.map { ["origin": $0, "access-control-request-method": "POST"] } ?? [:]
    return try await router.response(to: httpEvent(method, path, headers: headers))
  }

  private func cors(_ response: HTTPResponse) -> [String] {
    response.headers.filter { $0.name.hasPrefix("access-control") || $0.name == "vary" }.map {
      "\($0.name): \($0.value)"
    }
  }

  private let origins: Set = ["https://example.com", "http://127.0.0.1:3000"]

  @Test(arguments: [("GET", "/", 200), ("HEAD", "/", 200), ("POST", "/", 422), ("PUT", "/", 405), ("GET", "/x", 404)])
  func `Every response names an origin that is allowed`(method: String, path: String, status: Int) async throws {
    let response = try await response(method, path, origin: "https://example.com", origins: origins)
    #expect(response.status == status)
    #expect(
      cors(response) == [
        "vary: origin", "access-control-allow-origin: https://example.com", "access-control-expose-headers: link",
      ])
  }

  @Test(arguments: [
    nil, "", "null", "https://example.com.evil.test", "https://evil.test", "http://example.com",
    "https://example.com:443",
    "https://EXAMPLE.com", "https://example.com/", "*", "https://example.com\u{200B}",
  ]) func `Any other origin is told nothing`(origin: String?) async throws {
    for method in ["GET", "POST", "OPTIONS", "PUT"] {
      #expect(cors(try await response(method, origin: origin, origins: origins)) == ["vary: origin"])
      #expect(cors(try await response(method, origin: origin, origins: [])) == ["vary: origin"])
      #expect(cors(try await response(method, origin: origin, origins: nil)) == [])
    }
  }

  @Test(arguments: [nil, "https://example.com", "null"])
  func `All origins may be allowed`(origin: String?) async throws {
    #expect(
      cors(try await response(origin: origin, origins: ["*"])) == [
        "access-control-allow-origin: *", "access-control-expose-headers: link",
      ])
  }

  @Test func `A preflight is told what is allowed`() async throws {
    let response = try await response("OPTIONS", origin: "http://127.0.0.1:3000", origins: origins)
    #expect(response.status == 204)
    #expect(response["allow"] == "GET, HEAD, OPTIONS, POST")
    #expect(response.bytes.isEmpty)
    #expect(
      cors(response).sorted() == [
        "access-control-allow-headers: authorization, content-type",
        "access-control-allow-methods: GET, HEAD, OPTIONS, POST",
        "access-control-allow-origin: http://127.0.0.1:3000", "access-control-expose-headers: link",
        "access-control-max-age: 60", "vary: origin",
      ])
  }
}
