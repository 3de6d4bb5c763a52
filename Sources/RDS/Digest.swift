internal import COpenSSL

/// OpenSSL could not compute a digest: it has no memory, or a configuration of its own forbids SHA-256.
public struct DigestError: Error, CustomStringConvertible {
  /// One sentence.
  public var description: String { "OpenSSL could not compute a SHA-256 digest." }
}

/// The 32 bytes of SHA-256, or of an HMAC with it.
enum Digest {
  static let length = 32

  /// [SHA256](https://docs.openssl.org/3.0/man3/SHA256_Init/)
  static func sha256(_ message: String) throws(DigestError) -> [UInt8] {
    let message = Array(message.utf8)
    let digest = [UInt8](unsafeUninitializedCapacity: length) { digest, count in
      count = SHA256(message, message.count, digest.baseAddress) == nil ? 0 : length
    }
    guard digest.count == length else { throw DigestError() }
    return digest
  }

  /// [HMAC](https://docs.openssl.org/3.0/man3/HMAC/). The key must not be empty, and be shorter than 2^31 bytes.
  static func hmac(_ message: String, key: [UInt8]) throws(DigestError) -> [UInt8] {
    guard let keyLength = CInt(exactly: key.count) else { throw DigestError() }
    let message = Array(message.utf8)
    let digest = [UInt8](unsafeUninitializedCapacity: length) { digest, count in
      let isDone = HMAC(EVP_sha256(), key, keyLength, message, message.count, digest.baseAddress, nil) != nil
      count = isDone ? length : 0
    }
    guard digest.count == length else { throw DigestError() }
    return digest
  }
}

extension [UInt8] {
  /// Two hexadecimal digits for each byte, in small letters.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
