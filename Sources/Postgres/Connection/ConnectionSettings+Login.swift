extension ConnectionSettings {
  /// Throws if passwords are to be made and cannot be, or would not be used, or could be sent without TLS.
  func checkPasswordMaking(prefersStandby: Bool) throws(PostgresError) {
    guard isPasswordMade else { return }
    if let source = source(of: .password) ?? source(of: .passfile) {
      throw PostgresError(.configuration, "\(source) is set, but a password is made for each connection.")
    }
    guard source(of: .user) != nil else {
      throw PostgresError(.configuration, "A password can only be made for a user: the connection parameter user.")
    }
    guard hosts.entries.allSatisfy({ !$0.host.isEmpty && !$0.isSocket }) else {
      throw PostgresError(
        .configuration, "A password can only be made for a host's name: the connection parameter host.")
    }
    guard ["require", "verify-ca", "verify-full"].contains(tlsMode) else {
      throw PostgresError(
        .configuration,
        """
        \(source(of: .sslmode) ?? Keyword.sslmode.variable) has to be require, verify-ca or verify-full: a password that \
        is made is sent over TLS alone.
        """)
    }
    if self[.gssencmode] == "require", let source = source(of: .gssencmode) {
      throw PostgresError(
        .configuration, "\(source) must not be require: a password that is made is sent over TLS alone.")
    }
    guard !prefersStandby || hosts.entries.count == 1 else {
      throw PostgresError(
        .configuration,
        "target_session_attrs must not be prefer-standby with several hosts: a password is made for one of them.")
    }
  }

  /// Who logs in at a host.
  func login(at entry: HostEntry) -> Login {
    Login(host: entry.host, port: entry.portNumber, user: self[.user] ?? "")
  }
}
