internal import COpenSSL
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

  private let key: [UInt8]

  /// Makes a key.
  init() {
    key = (1...32).map { _ in UInt8.random(in: 0...UInt8.max) }
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
    return signed + "." + signature(of: signed).base64URL
  }

  /// The claims of a token that is one of ours and still good, in their order; nil of any other.
  ///
  /// As API Gateway hands them on, all are text.
  func claims(of token: String, at now: Int64) -> [HTTPEvent.Claim]? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    // The signature covers the header: one that says another algorithm is not ours.
    guard parts.count == 3, let signature = Data(base64URL: parts[2]), let payload = Data(base64URL: parts[1]),
      isSignature(Array(signature), of: "\(parts[0]).\(parts[1])"),
      let claims = try? JSONDocument(Array(payload)).root,
      let expiry = try? claims["exp"]?.integer(), now < expiry,
      let members = try? claims.members()
    else { return nil }
    return members.map { HTTPEvent.Claim(name: $0.key, value: Self.text($0.value)) }
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
