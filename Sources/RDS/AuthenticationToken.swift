public import Postgres

/// What RDS takes for a password where IAM says who may log in:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html>.
///
/// It is a URL, less its scheme, that asks for `connect` and is signed with
/// [Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html); nobody
/// ever requests it. It is the one that `aws rds generate-db-auth-token` prints, byte for byte.
public enum AuthenticationToken {
  /// For how many seconds after it was signed a token lets somebody log in. Who is logged in may stay.
  public static let lifetime = 900

  /// Signs a token. The same arguments give the same token, and nothing is asked of the network.
  ///
  /// - Parameters:
  ///   - login: Whom it is for, and the host name and port of RDS's own, whatever they are reached by.
  ///   - region: The region of the database, for example `eu-central-1`.
  ///   - credentials: Whose right to connect it proves.
  ///   - seconds: When it is signed, in seconds since the Unix epoch.
  /// - Returns: The token: ASCII, from some 300 bytes up to the length of the session token more.
  /// - Throws: `DigestError` if OpenSSL fails.
  public static func sign(
    for login: Login, region: String, with credentials: Credentials, at seconds: Int
  ) throws(DigestError) -> String {
    let time = SigningTime(seconds: seconds)
    let scope = "\(time.day)/\(region)/\(service)/aws4_request"
    let action = [("Action", "connect"), ("DBUser", login.user)]
    let algorithm = [
      ("X-Amz-Algorithm", algorithm), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
      ("X-Amz-Date", time.text), ("X-Amz-Expires", "\(lifetime)"),
    ]
    let signedHeaders = [("X-Amz-SignedHeaders", "host")]
    let sessionToken = credentials.sessionToken.map { [("X-Amz-Security-Token", $0)] } ?? []

    // The order of the names is that of their bytes, which the two members of the session differ in.
    let canonicalRequest = """
      GET
      /
      \(query(action + algorithm + sessionToken + signedHeaders))
      host:\(hostHeader(login))

      host
      \(try Digest.sha256("").hexadecimal)
      """
    let stringToSign = """
      \(Self.algorithm)
      \(time.text)
      \(scope)
      \(try Digest.sha256(canonicalRequest).hexadecimal)
      """
    var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
    for part in [String(time.day), region, service, "aws4_request"] { key = try Digest.hmac(part, key: key) }
    let signature = [("X-Amz-Signature", try Digest.hmac(stringToSign, key: key).hexadecimal)]
    return "\(login.host):\(login.port)/?\(query(action + algorithm + signedHeaders + sessionToken + signature))"
  }

  private static let algorithm = "AWS4-HMAC-SHA256"
  private static let service = "rds-db"

  /// The header `Host` of an https URL: host names have small letters there, and the scheme's own port is left out.
  private static func hostHeader(_ login: Login) -> String {
    login.port == 443 ? login.host.lowercased() : "\(login.host.lowercased()):\(login.port)"
  }

  private static func query(_ parameters: [(name: String, value: String)]) -> String {
    parameters.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
  }

  /// A value with everything but the unreserved characters of RFC 3986 as `%XX`.
  private static func percentEncoded(_ text: String) -> String {
    let isUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8.contains
    return text.utf8.reduce(into: "") { encoded, byte in
      if isUnreserved(byte) {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        encoded += "%" + [byte].hexadecimal.uppercased()
      }
    }
  }
}
