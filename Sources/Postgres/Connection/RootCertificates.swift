import Glibc

/// The file of the certificates that a server's own is verified with:
/// <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBQ-SSL-CERTIFICATES>.
enum RootCertificates {
  enum File {
    case present
    case empty
    case unreadable
  }

  /// Looks for the beginning of a certificate, no more: libpq reads the rest when it connects, and a bundle may have a
  /// hundred.
  static func check(_ path: String) -> File {
    guard let file = fopen(path, "re") else { return .unreadable }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) >= 0 {
      if let line, isBeginning(line) { return .present }
    }
    return ferror(file) == 0 ? .empty : .unreadable
  }

  /// As [PEM_read_X509](https://docs.openssl.org/3.0/man3/PEM_read_bio_PrivateKey/) has it.
  private static func isBeginning(_ line: UnsafePointer<CChar>) -> Bool {
    ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].contains { label in
      let beginning = "-----BEGIN \(label)-----"
      return strncmp(line, beginning, beginning.utf8.count) == 0
    }
  }

  /// Where libpq looks by itself; nil if the user has no home.
  static var defaultPath: String? {
    let home = getenv("HOME").flatMap { $0.pointee == 0 ? nil : String(cString: $0) } ?? OwnAccount.home
    return home.map { $0 + "/.postgresql/root.crt" }
  }
}

/// What the user database says of the user whom this process belongs to.
enum OwnAccount {
  static var home: String? { entry(\.pw_dir) }
  /// Whom libpq takes for the user if nothing else says who logs in.
  static var name: String? { entry(\.pw_name) }

  private static func entry(_ member: KeyPath<passwd, UnsafeMutablePointer<CChar>?>) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
      var entry = passwd()
      var found: UnsafeMutablePointer<passwd>?
      guard let base = buffer.baseAddress, getpwuid_r(geteuid(), &entry, base, buffer.count, &found) == 0, found != nil
      else { return nil }
      return entry[keyPath: member].map { String(cString: $0) }
    }
  }
}
