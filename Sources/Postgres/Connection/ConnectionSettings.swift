import Glibc

/// What is configured, and where: in the connection string, the environment and the service file.
struct ConnectionSettings {
  /// What the connection string itself sets.
  let own: [ConninfoParameter]
  /// All that libpq would use.
  let completed: [ConninfoParameter]
  let hosts: HostList
  /// Whether a ``CredentialSource`` has the password, and nobody else one.
  let hasCredentialSource: Bool

  /// The parameters of which more is asked here than a value, and the environment variables of libpq for them:
  /// <https://www.postgresql.org/docs/current/libpq-envars.html>.
  enum Keyword: String {
    case service, user, password, passfile, sslmode, sslrootcert, sslcert, sslkey, gssencmode

    var variable: String { "PG" + rawValue.uppercased() }
  }

  init(
    own: [ConninfoParameter], completed: [ConninfoParameter], hasCredentialSource: Bool
  ) throws(PostgresError) {
    self.own = own
    self.completed = completed
    self.hasCredentialSource = hasCredentialSource
    hosts = try HostList(host: completed["host"], hostaddr: completed["hostaddr"], port: completed["port"])
  }

  /// A parameter's value, by whomever it is set; nil if it is empty.
  subscript(keyword: Keyword) -> String? { completed[keyword.rawValue] }

  /// Who sets a parameter, in words for an error; nil if it is left to libpq's default.
  func source(of keyword: Keyword) -> String? {
    if own[keyword.rawValue] != nil { return "The connection parameter \(keyword.rawValue)" }
    if variable(of: keyword) != nil { return keyword.variable }
    guard usesService, let value = self[keyword], !isDefault(value, of: keyword) else { return nil }
    return "The service's parameter \(keyword.rawValue)"
  }

  /// Throws if a password or a certificate has two sources. libpq would take the first of them without a word, so that
  /// a secret that somebody replaced could stay in use.
  func checkSources() throws(PostgresError) {
    for keyword in [Keyword.password, .passfile, .sslrootcert, .sslcert, .sslkey] {
      guard let variable = variable(of: keyword), own[keyword.rawValue] != nil || self[keyword] != variable else {
        continue
      }
      let other = own[keyword.rawValue] != nil ? "The connection parameter" : "The service's parameter"
      throw PostgresError(
        .configuration, "\(other) \(keyword.rawValue) and \(keyword.variable) are both set: only one of them may be.")
    }
    if let password = source(of: .password), let file = source(of: .passfile) {
      throw PostgresError(.configuration, "\(password) and \(file) are both set: a password has one source.")
    }
  }

  /// libpq does not tell of it together with the others.
  private var usesService: Bool { own[Keyword.service.rawValue] != nil || variable(of: .service) != nil }

  private func variable(of keyword: Keyword) -> String? {
    getenv(keyword.variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether a value may be libpq's own. One that a service sets to the same is not told from it.
  private func isDefault(_ value: String, of keyword: Keyword) -> Bool {
    switch keyword {
    case .sslmode, .gssencmode: value == "prefer"
    case .passfile: value.hasSuffix("/.pgpass")
    case .user: value == OwnAccount.name
    default: false
    }
  }
}
