internal import COpenSSL
import Foundation

/// What is kept of a password: its hash by scrypt (RFC 7914), and the salt.
struct PasswordHash: Sendable, Equatable {
  static let saltLength = 16
  static let hashLength = 32

  let salt: [UInt8]
  let hash: [UInt8]

  /// Hashes a password under a new salt.
  ///
  /// - Throws: ``PoolError/invalidPassword(_:)`` where it does not do for Cognito's default policy.
  init(_ password: String) throws(PoolError) {
    if let lack = Self.lack(of: password) { throw .invalidPassword(lack) }
    try self.init(migrated: password)
  }

  /// Hashes a password that was good elsewhere: Cognito holds it to no policy.
  init(migrated password: String) throws(PoolError) {
    let salt = (0..<Self.saltLength).map { _ in UInt8.random(in: 0...UInt8.max) }
    guard let hash = Self.hash(password, salt: salt) else { throw .invalidPassword("It cannot be hashed.") }
    self.salt = salt
    self.hash = hash
  }

  /// Takes what was stored; nil where it cannot be a password's.
  init?(salt: [UInt8], hash: [UInt8]) {
    guard salt.count == Self.saltLength, hash.count == Self.hashLength else { return nil }
    self.salt = salt
    self.hash = hash
  }

  /// Whether this is the password, found in a time that does not tell how much of it is right.
  func matches(_ password: String) -> Bool {
    guard let other = Self.hash(password, salt: salt) else { return false }
    return CRYPTO_memcmp(hash, other, hash.count) == 0
  }

  /// Some tens of milliseconds and 16 MB: [EVP_PBE_scrypt](https://docs.openssl.org/3.0/man3/EVP_PBE_scrypt/).
  private static func hash(_ password: String, salt: [UInt8]) -> [UInt8]? {
    let password = Array(password.utf8.map { CChar(bitPattern: $0) })
    var hash = [UInt8](repeating: 0, count: hashLength)
    let isMade = EVP_PBE_scrypt(
      password, password.count, salt, salt.count, 1 << 14, 8, 1, 64 << 20, &hash, hash.count)
    return isMade == 1 ? hash : nil
  }

  /// What a password lacks, in Cognito's words; nil where it does:
  /// <https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html>.
  static func lack(of password: String) -> String? {
    let symbols = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= "
    return switch password {
    case _ where password.count < 8: "Password not long enough"
    case _ where password.count > 256: "Password too long"
    case _ where !password.contains { $0.isASCII && $0.isLowercase }: "Password must have lowercase characters"
    case _ where !password.contains { $0.isASCII && $0.isUppercase }: "Password must have uppercase characters"
    case _ where !password.contains { $0.isASCII && $0.isNumber }: "Password must have numeric characters"
    case _ where !password.contains(where: symbols.contains): "Password must have symbol characters"
    default: nil
    }
  }

  /// One that an administrator gives, which does for the policy.
  static func randomPassword() -> String {
    let kinds = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#%+-=?"]
    let all = Array(kinds.joined())
    let characters = kinds.compactMap { $0.randomElement() } + (0..<8).compactMap { _ in all.randomElement() }
    return String(characters.shuffled())
  }
}
