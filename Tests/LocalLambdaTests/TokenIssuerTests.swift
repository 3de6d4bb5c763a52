import Foundation
import Testing

@testable import LocalLambda

struct TokenIssuerTests {
  private static let now: Int64 = 1_795_243_569
  private static var user: PoolUser {
    var user = PoolUser(sub: "s-1", attributes: ["name": "Ann \"A\" é", "email": "a@example.com"])
    user.isEmailVerified = true
    return user
  }
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

  private func claims(_ token: String) throws -> [String: String] {
    let claims = try #require(tokens.claims(of: token, at: Self.now))
    return Dictionary(uniqueKeysWithValues: claims.map { ($0.name, $0.value) })
  }

  @Test func `An access token is Cognito's, and neither a refresh token nor a session is one`() throws {
    let access = try claims(tokens.issue(.access, for: Self.user, at: Self.now))
    #expect(access["token_use"] == "access")
    #expect(access["client_id"] == "local")
    #expect(access["username"] == "s-1")
    #expect(access["scope"] == "aws.cognito.signin.user.admin")
    #expect(access["email"] == nil)
    for (use, lifetime) in [(TokenIssuer.Use.refresh, 2_592_000), (.session, 180)] {
      let token = tokens.issue(use, for: Self.user, at: Self.now)
      #expect(!isGood(token), "\(use)")
      #expect(tokens.sub(of: token, use, at: Self.now + Int64(lifetime) - 1) == "s-1")
      #expect(tokens.sub(of: token, use, at: Self.now + Int64(lifetime)) == nil)
      #expect(tokens.sub(of: token, .id, at: Self.now) == nil)
    }
  }

  @Test func `A federated user's id token has their identities`() throws {
    let user = PoolUser(
      sub: "s-1", username: "Google_7", identity: FederatedIdentity(provider: "Google", userID: "7", created: 1))
    let claims = try claims(tokens.issue(for: user, at: Self.now))
    #expect(claims["cognito:username"] == "Google_7")
    #expect(claims["identities"]?.hasPrefix(#"[{"userId":"7""#) == true)
  }

  private func changed(_ response: String, version: Int, _ use: TokenIssuer.Use) throws -> [String: String] {
    let response = try TriggerResponse(Array(#"{"response":{\#(response)}}"#.utf8))
    return try claims(
      tokens.issue(use, for: Self.user, at: Self.now, changes: response.claims(version: version)))
  }

  @Test func `Version 1 of the trigger changes the id token's texts and groups, and nothing that is fixed`() throws {
    let response = #"""
      "claimsOverrideDetails":{"claimsToAddOrOverride":{"tenant":"acme","name":"B","sub":"x","iss":"x","number":1},
      "claimsToSuppress":["email","exp"],
      "groupOverrideDetails":{"groupsToOverride":["a","b"],"iamRolesToOverride":["r"],"preferredRole":"r"}}
      """#
    let claims = try changed(response, version: 1, .id)
    #expect(claims["tenant"] == "acme")
    #expect(claims["name"] == "B")
    #expect(claims["sub"] == "s-1")
    #expect(claims["iss"]?.hasPrefix("https://") == true)
    #expect(claims["number"] == nil, "a text alone")
    #expect(claims["email"] == nil)
    #expect(claims["exp"] == "1795247169")
    #expect(claims["cognito:groups"] == #"["a","b"]"#)
    #expect(claims["cognito:roles"] == #"["r"]"#)
    #expect(claims["cognito:preferred_role"] == "r")
    let access = try changed(response, version: 1, .access)
    #expect(access["tenant"] == nil)
    #expect(access["scope"] == "aws.cognito.signin.user.admin")
  }

  @Test func `Version 2 of the trigger changes both tokens, and the scopes`() throws {
    let response = #"""
      "claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"number":1,"list":["x"]}},
      "accessTokenGeneration":{"claimsToAddOrOverride":{"plan":"free","client_id":"x"},
      "scopesToAdd":["read","write"],"scopesToSuppress":["aws.cognito.signin.user.admin"]}}
      """#
    let id = try changed(response, version: 2, .id)
    #expect(id["number"] == "1")
    #expect(id["list"] == #"["x"]"#)
    #expect(id["plan"] == nil)
    let access = try changed(response, version: 2, .access)
    #expect(access["plan"] == "free")
    #expect(access["client_id"] == "local")
    #expect(access["scope"] == "read write")
    #expect(access["number"] == nil)
  }

  @Test func `A key makes the same issuer again`() {
    #expect(TokenIssuer(key: tokens.key).claims(of: parts.joined(separator: "."), at: Self.now) != nil)
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
