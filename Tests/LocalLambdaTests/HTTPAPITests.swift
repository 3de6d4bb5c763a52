import Foundation
import TestSupport
import Testing

@testable import LocalLambda

/// API Gateway in front of a function.
struct HTTPAPITests {
  /// The event's limit is Lambda's, not API Gateway's own 10 MB.
  @Test func `An event has at most the bytes that Lambda takes, as serve says`() async throws {
    let help = try String(contentsOf: Repository.file("Sources/CruddurCLI/Serve.swift"), encoding: .utf8)
    #expect(help.contains("6,291,556 bytes"))
    try await ScriptedFunction.with(#"echo "${#event}" >>sizes; answer '{"statusCode":204}'"#) { scripted in
      let api = HTTPAPI(function: scripted.function, authorizer: JWTAuthorizer(tokens: TokenIssuer()))
      var call = HTTPCall(method: "POST", path: "/api/x", headers: [.init(name: "content-type", value: "text/plain")])
      call.body = [UInt8(ascii: "x")]
      #expect(await api.respond(to: call).response?.status == 204)
      let overhead = try #require(scripted.lines(of: "sizes").first.flatMap { Int($0) }) - 1
      for (surplus, status) in [(0, 204), (1, 413)] {
        call.body = [UInt8](repeating: UInt8(ascii: "x"), count: 6_291_556 - overhead + surplus)
        let answer = try #require(await api.respond(to: call).response)
        #expect(answer.status == status)
        if status == 413 { #expect(String(decoding: answer.body, as: UTF8.self) == #"{"message":"Request Too Long"}"#) }
      }
      #expect(scripted.lines(of: "sizes").count == 2)
    }
  }
}
