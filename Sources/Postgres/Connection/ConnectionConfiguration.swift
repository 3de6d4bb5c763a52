/// How long a host may leave unacknowledged what is sent to it, and the attempt to connect, in milliseconds. A host's kernel
/// acknowledges at once, however long its server takes to answer: <https://man7.org/linux/man-pages/man7/tcp.7.html>.
private let userTimeout = ConninfoParameter(keyword: "tcp_user_timeout", value: "2000")

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
  var passwords: (any PasswordSource)?
  /// The most that connecting may take; nil for as long as the caller's deadline allows.
  private let connectTimeout: Duration?
  private let prefersStandby: Bool
  /// Whether the hosts, and the addresses of each, are tried in random order, as libpq does it for a list that it is given whole.
  private let balancesLoad: Bool
  /// Whether the connection string, `PGPASSWORD` or the service file has a password, or one is made.
  public internal(set) var hasPassword: Bool
  var resolver = Resolver.system

  /// Reads a connection URL (`postgresql://user:password@host/database?sslmode=require`) or keyword string
  /// (`host=… dbname=…`); white space around it is no part of it. Nothing is connected to and no name is resolved; the file
  /// of root certificates is looked into.
  ///
  /// With a ``PasswordSource`` each connection asks for its password, for the host's name, the port and the user as they
  /// are configured, and sends it over TLS alone: `sslmode` is `verify-full` even on loopback, unless it is set.
  ///
  /// Throws ``PostgresError`` with ``PostgresError/Reason/configuration`` if libpq cannot parse it, or parses it as nobody
  /// means it (an `@` or `/` in a password that is not percent-encoded); if it does not have a parameter of it, or refuses
  /// it; if a password or a certificate has two sources; if the root certificates are missing with which the server's is
  /// to be verified, or cannot be read; if passwords are to be made and nothing says for whom, or they might be sent
  /// without TLS. The error names parameters and variables, but never repeats a value.
  public init(_ conninfo: String, passwords: (any PasswordSource)? = nil) throws(PostgresError) {
    let parameters = try ConninfoParameter.parse(conninfo)
    try LibPQ.checkVariables()
    let completed = try parameters.completedByLibPQ()
    hasPassword = completed["password"] != nil || passwords != nil
    settings = try ConnectionSettings(own: parameters, completed: completed, isPasswordMade: passwords != nil)
    let checked = try (parameters + settings.protection).checkedByLibPQ()
    prefersStandby = checked["target_session_attrs"] == "prefer-standby"
    balancesLoad = checked["load_balance_hosts"] == "random"
    try settings.checkSources()
    try settings.checkPasswordMaking(prefersStandby: prefersStandby)
    try settings.checkCertificates()
    self.parameters = parameters + settings.protection + (completed["tcp_user_timeout"] == nil ? [userTimeout] : [])
    self.passwords = passwords
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
    /// The keyword string to give to libpq, with which it will not resolve names.
    let conninfo: String
    /// The password that was made, and for whom.
    let made: (password: String, login: Login)?
  }

  /// The places to try one after the other.
  ///
  /// libpq would wait for the first of several without end. Only which of several servers is a standby it has to find out
  /// by itself, for which it asks all of them twice.
  func places(
    unless flag: EventFD, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> [Place] {
    let places = try resolvedHosts(unless: flag, until: deadline)
    let lists = prefersStandby ? [places] : places.entries.map(HostList.init(entry:))
    let encoding = ConninfoParameter(keyword: "client_encoding", value: "UTF8")
    return try lists.map { list throws(PostgresError) in
      let made = try madePassword(for: list)
      let password = made.map { [ConninfoParameter(keyword: "password", value: $0.password)] } ?? []
      return Place(conninfo: (parameters + list.parameters + [encoding] + password).conninfo, made: made)
    }
  }

  private func madePassword(for list: HostList) throws(PostgresError) -> (password: String, login: Login)? {
    guard let passwords, let entry = list.entries.first else { return nil }
    let login = settings.login(at: entry)
    do {
      return (try passwords.password(for: login), login)
    } catch {
      var failure = PostgresError(.authentication, "No password could be made for the connection.")
      failure.debugMessage = "\(error)"
      throw failure
    }
  }

  /// An error of a place. If it refused a password that was made, the next one is another and may do.
  func noting(_ error: PostgresError, at place: Place) -> PostgresError {
    guard let passwords, let made = place.made,
      [.invalidPassword, .invalidAuthorizationSpecification].contains(error.sqlState)
    else { return error }
    passwords.wasRefused(made.password, for: made.login)
    var error = error
    error.isPassing = true
    return error
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
