internal import COpenSSL
import Foundation
import JSON

/// Issues and checks id tokens: JWTs (RFC 7519), signed with HMAC-SHA256 under a key that no one else has.
///
/// Cognito's are signed with RSA, so that anybody can check them; here, who checks them is who made them. The claims are
/// those of
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html>.
struct TokenIssuer: Sendable {
  /// What a token is for.
  enum Use: String {
    case id, access
    /// For new tokens, for thirty days.
    case refresh
    /// For the next step of a sign-in, for three minutes.
    case session

    var lifetime: Int64 {
      switch self {
      case .id, .access: TokenIssuer.lifetime
      case .refresh: 30 * 24 * 3600
      case .session: 180
      }
    }
  }

  /// In seconds, as Cognito has it unless told otherwise.
  static let lifetime: Int64 = 3600
  /// What an access token of the pool's own API is for.
  static let scope = "aws.cognito.signin.user.admin"
  static let keyLength = 32

  private static let issuer = "https://cognito-idp.us-east-1.amazonaws.com/\(UserPool.id)"
  private static let header = #"{"alg":"HS256","typ":"JWT"}"#
  /// What no trigger changes:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html>.
  private static let fixedClaims: Set = [
    "acr", "amr", "at_hash", "aud", "auth_time", "azp", "client_id", "cognito:username", "exp", "iat", "identities",
    "iss", "jti", "nbf", "nonce", "origin_jti", "scope", "sub", "token_use", "username", "version",
  ]

  /// The key, of ``keyLength`` bytes.
  let key: [UInt8]

  /// Takes a key, or makes one.
  init(key: [UInt8]? = nil) {
    self.key = key ?? (0..<Self.keyLength).map { _ in UInt8.random(in: 0...UInt8.max) }
  }

  /// A token for a user; `now` is in seconds since the Unix epoch.
  func issue(_ use: Use = .id, for user: PoolUser, at now: Int64, changes: TokenChanges = TokenChanges()) -> String {
    var claims: [(name: String, json: [UInt8])] = [
      ("sub", .json(user.sub)), ("iss", .json(Self.issuer)), ("token_use", .json(use.rawValue)),
      ("auth_time", .json(now)), ("iat", .json(now)), ("exp", .json(now + use.lifetime)),
    ]
    switch use {
    case .id:
      if user.email != nil { claims.append(("email_verified", .json(user.isEmailVerified))) }
      claims += [("cognito:username", .json(user.username)), ("aud", .json(UserPool.clientID))]
      if let identity = user.identity { claims.append(("identities", identity.json)) }
      claims += user.orderedAttributes.map { ($0.name, .json($0.value)) }
      if let groups = changes.groups { claims.append(("cognito:groups", .json(groups))) }
      if !changes.roles.isEmpty { claims.append(("cognito:roles", .json(changes.roles))) }
      if let role = changes.preferredRole { claims.append(("cognito:preferred_role", .json(role))) }
      Self.apply(changes.id, to: &claims)
    case .access:
      let scopes = [Self.scope].filter { !changes.suppressedScopes.contains($0) } + changes.addedScopes
      claims += [
        ("client_id", .json(UserPool.clientID)), ("username", .json(user.username)),
        ("scope", .json(scopes.joined(separator: " "))), ("jti", .json(String.randomUUID())),
      ]
      if let groups = changes.groups { claims.append(("cognito:groups", .json(groups))) }
      Self.apply(changes.access, to: &claims)
    case .refresh, .session: claims.append(("jti", .json(String.randomUUID())))
    }
    let payload = JSONWriter.object { for (name, json) in claims { $0.addRaw(name, json) } }
    let signed = [Array(Self.header.utf8), payload].map(\.base64URL).joined(separator: ".")
    return signed + "." + signature(of: signed).base64URL
  }

  private static func apply(_ changes: TokenChanges.Claims, to claims: inout [(name: String, json: [UInt8])]) {
    let added = changes.added.filter { !fixedClaims.contains($0.name) }
    let gone = changes.suppressed.subtracting(fixedClaims).union(added.map(\.name))
    claims.removeAll { gone.contains($0.name) }
    claims += added
  }

  /// The claims of an id token or an access token that is one of ours and still good, in their order; nil of any other.
  ///
  /// As API Gateway hands them on, all are text.
  func claims(of token: String, at now: Int64) -> [HTTPEvent.Claim]? {
    guard let claims = payload(of: token, at: now), let members = try? claims.members(),
      let use = try? claims["token_use"]?.string(), [Use.id, .access].map(\.rawValue).contains(use)
    else { return nil }
    return members.map { HTTPEvent.Claim(name: $0.key, value: Self.text($0.value)) }
  }

  /// Whose token it is, by their `sub`, where it is one of ours for that use and still good; nil of any other.
  func sub(of token: String, _ use: Use, at now: Int64) -> String? {
    guard let claims = payload(of: token, at: now), (try? claims["token_use"]?.string()) == use.rawValue else {
      return nil
    }
    return try? claims["sub"]?.string()
  }

  private func payload(of token: String, at now: Int64) -> JSONValue? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    // The signature covers the header: one that says another algorithm is not ours.
    guard parts.count == 3, let signature = Data(base64URL: parts[2]), let payload = Data(base64URL: parts[1]),
      isSignature(Array(signature), of: "\(parts[0]).\(parts[1])"),
      let claims = try? JSONDocument(Array(payload)).root,
      let expiry = try? claims["exp"]?.integer(), now < expiry
    else { return nil }
    return claims
  }

  /// [HMAC](https://docs.openssl.org/3.0/man3/HMAC/) with SHA-256; nothing, which is no signature, if OpenSSL cannot make
  /// it.
  private func signature(of text: String) -> [UInt8] {
    let message = Array(text.utf8)
    return [UInt8](unsafeUninitializedCapacity: Self.signatureLength) { signature, count in
      let isMade =
        HMAC(EVP_sha256(), key, CInt(key.count), message, message.count, signature.baseAddress, nil) != nil
      count = isMade ? Self.signatureLength : 0
    }
  }

  private func isSignature(_ signature: [UInt8], of text: String) -> Bool {
    let right = self.signature(of: text)
    // In a time that does not tell how much of it is right.
    return right.count == Self.signatureLength && signature.count == right.count
      && CRYPTO_memcmp(signature, right, right.count) == 0
  }

  private static let signatureLength = 32

  private static func text(_ value: JSONValue) -> String {
    (try? value.string()) ?? String(decoding: value.bytes, as: UTF8.self)
  }
}

extension [UInt8] {
  fileprivate static func json(_ text: String) -> [UInt8] {
    Array(JSONWriter.array { $0.add(text) }.dropFirst().dropLast())
  }

  fileprivate static func json(_ texts: [String]) -> [UInt8] {
    JSONWriter.array { for text in texts { $0.add(text) } }
  }

  fileprivate static func json(_ number: Int64) -> [UInt8] { Array(String(number).utf8) }

  fileprivate static func json(_ flag: Bool) -> [UInt8] { Array(String(flag).utf8) }

  /// Base64 with the URL alphabet and without padding (RFC 4648, section 5).
  fileprivate var base64URL: String {
    Data(self).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }
}

extension Data {
  fileprivate init?(base64URL text: some StringProtocol) {
    let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
    self.init(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
  }
}
