extension ConnectionSettings {
  /// The `sslmode` to connect with. Unless somebody sets it, it is `verify-full`, which alone keeps everybody else from
  /// reading what is sent and from posing as the server: <https://www.postgresql.org/docs/current/libpq-ssl.html>.
  /// libpq's own default is left to servers on this machine, if no secret has to be kept from them.
  var tlsMode: String {
    let isDefault = source(of: .sslmode) == nil && (hasCredentialSource || !hosts.entries.allSatisfy(\.isLocal))
    return isDefault ? "verify-full" : self[.sslmode] ?? ""
  }

  /// The parameters that keep a connection as safe as it was found to have to be.
  var protection: [ConninfoParameter] {
    var parameters: [ConninfoParameter] = []
    if tlsMode != self[.sslmode] ?? "" {
      parameters.append(ConninfoParameter(keyword: Keyword.sslmode.rawValue, value: tlsMode))
    }
    if hasCredentialSource {
      // Where there is a Kerberos ticket, libpq would try GSSAPI's encryption first, and leave out TLS.
      parameters.append(ConninfoParameter(keyword: Keyword.gssencmode.rawValue, value: "disable"))
    }
    return parameters
  }

  /// Throws if a server's certificate could never be verified, which libpq finds out only when it connects.
  func checkCertificates() throws(PostgresError) {
    let mode = tlsMode
    let remote = hosts.entries.filter { !$0.isSocket }
    let isVerifying = mode.hasPrefix("verify-") && !remote.isEmpty
    if mode == "verify-full", remote.contains(where: \.host.isEmpty) {
      throw PostgresError(.configuration, "sslmode verify-full needs the connection parameter host beside hostaddr.")
    }
    switch self[.sslrootcert] {
    case "system" where LibPQ.majorVersion >= 16: break
    case let path?:
      let name = source(of: .sslrootcert) ?? Keyword.sslrootcert.variable
      switch RootCertificates.check(path) {
      case .unreadable where path == "system":
        throw PostgresError(
          .configuration,
          """
          \(name) can be system with libpq 16 or later, and this is libpq \(LibPQ.majorVersion): it has to name the file of the root \
          certificates.
          """)
      case .unreadable: throw PostgresError(.configuration, "\(name) names a file that cannot be read.")
      case .empty: throw PostgresError(.configuration, "\(name) names a file that holds no certificate.")
      case .present: break
      }
    case nil where isVerifying:
      guard let path = RootCertificates.defaultPath, RootCertificates.check(path) == .present else {
        let name = source(of: .sslmode) == nil ? "sslmode \(mode), the default," : "sslmode \(mode)"
        throw PostgresError(
          .configuration,
          "\(name) needs the root certificates to trust: \(Keyword.sslrootcert.variable) has to name their file.")
      }
    case nil: break
    }
  }
}
