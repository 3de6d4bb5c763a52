import Foundation
import Testing

@testable import LocalLambda

struct TokenIssuerTests {
  private static let now: Int64 = 1_795_243_569
  private static let user = PoolUser(sub: "s-1", name: "Ann \"A\" é", preferredUsername: nil, email: "a@example.com")
  private let tokens = TokenIssuer()

  private var parts: [String] {
    tokens.issue(for: Self.user, at: Self.now).split(separator: ".").map { String($0) }
  }

  private func isGood(_ token: String, at time: Int64 = now) -> Bool {
    tokens.claims(of: token, at: time) != nil
  }

  private func encoded(_ text: String) -> String {
    Data(text.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
  }

  @Test func `Claims are Cognito's, and all are text`() throws {
    let claims = try #require(tokens.claims(of: tokens.issue(for: Self.user, at: Self.now), at: Self.now))
    #expect(
      Dictionary(uniqueKeysWithValues: claims.map { ($0.name, $0.value) }) == [
        "sub": "s-1", "cognito:username": "s-1", "name": "Ann \"A\" é", "email": "a@example.com",
        "email_verified": "true", "token_use": "id", "aud": "local",
        "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_local",
        "auth_time": "1795243569", "iat": "1795243569", "exp": "1795247169",
      ])
  }

  @Test func `A token is good for an hour`() {
    let token = parts.joined(separator: ".")
    #expect(isGood(token, at: Self.now + 3599))
    #expect(!isGood(token, at: Self.now + 3600))
  }

  @Test func `A token of another key is refused`() {
    #expect(!isGood(TokenIssuer().issue(for: Self.user, at: Self.now)))
  }

  @Test func `A forged token is refused`() {
    let parts = parts
    let claims = encoded(#"{"sub":"s-2","exp":99999999999}"#)
    #expect(!isGood("\(parts[0]).\(claims).\(parts[2])"), "other claims under the old signature")
    #expect(!isGood("\(encoded(#"{"alg":"none"}"#)).\(claims)."), "no signature at all")
    #expect(!isGood("\(encoded(#"{"alg":"none"}"#)).\(parts[1]).\(parts[2])"), "another header")
    #expect(!isGood("\(parts[0]).\(parts[1]).\(parts[2].dropLast(4))"), "a shorter signature")
  }

  @Test(arguments: ["", ".", "..", "...", "a.b.c", "Bearer", "é.é.é", String(repeating: "a", count: 100_000)])
  func `What is no token is refused`(text: String) {
    #expect(!isGood(text))
  }

  @Test func `The authorizer takes a token with or without its scheme`() throws {
    let authorizer = JWTAuthorizer(tokens: tokens)
    let token = parts.joined(separator: ".")
    for value in ["Bearer \(token)", "bearer \(token)", token] {
      let call = HTTPCall(method: "GET", path: "/", headers: [.init(name: "authorization", value: value)])
      #expect(try authorizer.claims(of: call, at: Self.now)?.first { $0.name == "sub" }?.value == "s-1")
    }
    #expect(try authorizer.claims(of: HTTPCall(method: "GET", path: "/"), at: Self.now) == nil)
    for value in ["", "Bearer ", "Basic YTpi", "Bearer \(token),\(token)"] {
      let call = HTTPCall(method: "GET", path: "/", headers: [.init(name: "authorization", value: value)])
      #expect(throws: JWTAuthorizer.Unauthorized.self, "\(value)") { try authorizer.claims(of: call, at: Self.now) }
    }
  }
}
