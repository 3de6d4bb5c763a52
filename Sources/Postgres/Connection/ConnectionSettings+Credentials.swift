extension ConnectionSettings {
  /// Throws if credentials of a source cannot be had, or would not be used, or could be sent without TLS.
  func check(_ source: any CredentialSource, prefersStandby: Bool) throws(PostgresError) {
    let contradiction =
      self.source(of: .password) ?? self.source(of: .passfile) ?? (source.namesUser ? self.source(of: .user) : nil)
    if let contradiction {
      let what = source.namesUser ? "the user and the password come" : "the password comes"
      throw PostgresError(.configuration, "\(contradiction) is set, but \(what) from a credential source.")
    }
    guard source.namesUser || self.source(of: .user) != nil else {
      throw PostgresError(
        .configuration, "The credential source makes a password for a user: the connection parameter user is not set.")
    }
    guard hosts.entries.allSatisfy({ !$0.host.isEmpty && !$0.isSocket }) else {
      throw PostgresError(
        .configuration, "The credential source wants a host with a name: the connection parameter host.")
    }
    guard ["require", "verify-ca", "verify-full"].contains(tlsMode) else {
      throw PostgresError(
        .configuration,
        """
        \(self.source(of: .sslmode) ?? Keyword.sslmode.variable) has to be require, verify-ca or verify-full: the password of \
        a credential source is sent over TLS alone.
        """)
    }
    if self[.gssencmode] == "require", let requirement = self.source(of: .gssencmode) {
      throw PostgresError(
        .configuration,
        "\(requirement) must not be require: the password of a credential source is sent over TLS alone.")
    }
    guard !prefersStandby || hosts.entries.count == 1 else {
      throw PostgresError(
        .configuration,
        """
        target_session_attrs must not be prefer-standby with several hosts: the password of a credential source is for one of \
        them.
        """)
    }
  }

  /// Who logs in at a host.
  func login(at entry: HostEntry) -> Login {
    Login(host: entry.host, port: entry.portNumber, user: self[.user] ?? "")
  }
}
