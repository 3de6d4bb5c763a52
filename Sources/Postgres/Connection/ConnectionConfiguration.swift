/// How long a host may leave unacknowledged what is sent to it, and the attempt to connect, in milliseconds. A host's kernel
/// acknowledges at once, however long its server takes to answer: <https://man7.org/linux/man-pages/man7/tcp.7.html>.
private let userTimeout = ConninfoParameter(keyword: "tcp_user_timeout", value: "2000")

private let encoding = ConninfoParameter(keyword: "client_encoding", value: "UTF8")

/// How to connect: what a connection string says, completed by libpq's own defaults.
///
/// Every [parameter](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS) of the libpq that the
/// program runs with has its meaning, and so have its [environment variables](https://www.postgresql.org/docs/current/libpq-envars.html), the
/// service file and the password file, but for four: the client encoding is always UTF8, host names are resolved by
/// this module, because libpq would block, `sslmode` is `verify-full` unless it is set or every host is a loopback
/// address or a Unix-domain socket, and `tcp_user_timeout` is two seconds unless it is set, so that a host that is gone
/// without a sign is not waited for until the deadline. Of several hosts each has an equal part of the time that is left, at most
/// `connect_timeout`.
public struct ConnectionConfiguration: Sendable {
  /// What the connection string itself sets, and this module. libpq adds its defaults when it connects.
  var parameters: [ConninfoParameter]
  private let settings: ConnectionSettings
  /// Nil where the password, if there is one, is among the parameters or libpq's defaults.
  var source: (any CredentialSource)?
  /// The most that connecting may take; nil for as long as the caller's deadline allows.
  private let connectTimeout: Duration?
  private let prefersStandby: Bool
  /// Whether the hosts, and the addresses of each, are tried in random order, as libpq does it for a list that it is given whole.
  private let balancesLoad: Bool
  /// Whether the connection string, `PGPASSWORD` or the service file has a password, or a ``CredentialSource``.
  public internal(set) var hasPassword: Bool
  var resolver = Resolver.system

  /// Reads a connection URL (`postgresql://user:password@host/database?sslmode=require`) or keyword string
  /// (`host=… dbname=…`); white space around it is no part of it. Nothing is connected to and no name is resolved; the file
  /// of root certificates is looked into.
  ///
  /// With a ``CredentialSource`` each connection asks it who logs in with which password, and sends that over TLS alone:
  /// `sslmode` is `verify-full` even on loopback, unless it is set.
  ///
  /// Throws ``PostgresError`` with ``PostgresError/Reason/configuration`` if libpq cannot parse it, or parses it as nobody
  /// means it (an `@` or `/` in a password that is not percent-encoded); if it does not have a parameter of it, or refuses
  /// it; if a user, a password or a certificate has two sources; if the root certificates are missing with which the server's
  /// is to be verified, or cannot be read; if nothing says for whom the credentials are to be, or they might be sent
  /// without TLS. The error names parameters and variables, but never repeats a value.
  public init(_ conninfo: String, credentials source: (any CredentialSource)? = nil) throws(PostgresError) {
    let parameters = try ConninfoParameter.parse(conninfo)
    try LibPQ.checkVariables()
    let completed = try parameters.completedByLibPQ()
    hasPassword = completed["password"] != nil || source != nil
    settings = try ConnectionSettings(own: parameters, completed: completed, hasCredentialSource: source != nil)
    let protected = parameters.setting(settings.protection)
    let checked = try protected.checkedByLibPQ()
    prefersStandby = checked["target_session_attrs"] == "prefer-standby"
    balancesLoad = checked["load_balance_hosts"] == "random"
    try settings.checkSources()
    if let source { try settings.check(source, prefersStandby: prefersStandby) }
    try settings.checkCertificates()
    try settings.hosts.checkGaps(in: parameters, completed: completed)
    self.parameters = protected.setting((completed["tcp_user_timeout"] == nil ? [userTimeout] : []) + [encoding])
    self.source = source
    connectTimeout = try completed["connect_timeout"].flatMap { value throws(PostgresError) in
      guard let seconds = Int32(value) else { throw PostgresError(invalidConnectionParameter: "connect_timeout") }
      return seconds > 0 ? .seconds(seconds) : nil
    }
  }

  /// When connecting to one place has to be over.
  func connectDeadline(within deadline: ContinuousClock.Instant) -> ContinuousClock.Instant {
    connectTimeout.map { min(.now + $0, deadline) } ?? deadline
  }

  /// A place to connect to.
  struct Place {
    /// What to give to libpq, with which it will not resolve names.
    let parameters: [ConninfoParameter]
    /// What the source has for it, if there is one, and for whom it was asked.
    let login: Login?
    let credentials: LoginCredentials?
  }

  /// Who is to log in at each of the hosts.
  var logins: [Login] { settings.hosts.entries.map(settings.login(at:)) }

  /// The places to try one after the other, with the credentials of each.
  ///
  /// libpq would wait for the first of several without end. Only which of several servers is a standby it has to find out
  /// by itself, for which it asks all of them twice.
  func places(
    with credentials: [Login: LoginCredentials] = [:], unless flag: EventFD, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> [Place] {
    let places = try resolvedHosts(unless: flag, until: deadline)
    let lists = prefersStandby ? [places] : places.entries.map(HostList.init(entry:))
    return lists.map { list in
      let login = list.entries.first.map(settings.login(at:))
      let credentials = login.flatMap { credentials[$0] }
      let parameters = parameters.setting(list.parameters).setting(credentials?.parameters ?? [])
      return Place(parameters: parameters, login: login, credentials: credentials)
    }
  }

  private func resolvedHosts(unless flag: EventFD, until deadline: ContinuousClock.Instant) throws(PostgresError)
    -> HostList
  {
    let hosts = balancesLoad ? settings.hosts.shuffled() : settings.hosts
    let names = hosts.names
    guard !names.isEmpty else { return hosts }
    // Of several places one may have a name that nobody resolves: the others need time to be connected to.
    let now = ContinuousClock.now
    let end = hosts.entries.count > 1 ? now + now.duration(to: deadline) / 2 : connectDeadline(within: deadline)
    let lookups = try resolver.addresses(of: names, unless: flag, until: end)
    return try hosts.resolved(with: balancesLoad ? lookups.mapValues { $0.map { $0.shuffled() } } : lookups)
  }
}

extension ConnectionConfiguration: CustomStringConvertible {
  /// Nothing but the type's name, for the rest may be secret.
  public var description: String { "ConnectionConfiguration" }
}
