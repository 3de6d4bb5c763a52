import Crypto
import Foundation
import JSON

/// Issues and checks id tokens: JWTs (RFC 7519), signed with HMAC-SHA256 under a key that no one else has.
///
/// Cognito's are signed with RSA, so that anybody can check them; here, who checks them is who made them. The claims are
/// those of
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html>.
struct TokenIssuer: Sendable {
  /// In seconds, as Cognito has it unless told otherwise.
  static let lifetime: Int64 = 3600

  private static let issuer = "https://cognito-idp.us-east-1.amazonaws.com/\(UserPool.id)"
  private static let header = #"{"alg":"HS256","typ":"JWT"}"#

  private let key: SymmetricKey

  /// Takes a key, which is a random one unless given.
  init(key: SymmetricKey = SymmetricKey(size: .bits256)) {
    self.key = key
  }

  /// A token for a user; `now` is in seconds since the Unix epoch.
  func issue(for user: PoolUser, at now: Int64) -> String {
    let claims = JSONWriter.object {
      $0.add("sub", user.sub)
      if user.email != nil { $0.add("email_verified", true) }
      $0.add("iss", Self.issuer)
      $0.add("cognito:username", user.username)
      $0.add("aud", UserPool.clientID)
      $0.add("token_use", "id")
      $0.add("auth_time", Int(now))
      $0.add("iat", Int(now))
      $0.add("exp", Int(now + Self.lifetime))
      for (name, value) in user.attributes { $0.add(name, value) }
    }
    let signed = [Array(Self.header.utf8), claims].map(\.base64URL).joined(separator: ".")
    return signed + "." + Array(HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key)).base64URL
  }

  /// The claims of a token that is one of ours and still good, in their order; nil of any other.
  ///
  /// As API Gateway hands them on, all are text.
  func claims(of token: String, at now: Int64) -> [HTTPEvent.Claim]? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    // The signature covers the header: one that says another algorithm is not ours.
    guard parts.count == 3, let signature = Data(base64URL: parts[2]), let payload = Data(base64URL: parts[1]),
      HMAC<SHA256>.isValidAuthenticationCode(
        signature, authenticating: Data("\(parts[0]).\(parts[1])".utf8), using: key),
      let claims = try? JSONDocument(Array(payload)).root,
      let expiry = try? claims["exp"]?.integer(), now < expiry,
      let members = try? claims.members()
    else { return nil }
    return members.map { HTTPEvent.Claim(name: $0.key, value: Self.text($0.value)) }
  }

  private static func text(_ value: JSONValue) -> String {
    (try? value.string()) ?? String(decoding: value.bytes, as: UTF8.self)
  }
}

extension [UInt8] {
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
