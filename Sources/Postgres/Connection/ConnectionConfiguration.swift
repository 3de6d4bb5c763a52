import Glibc

/// How to connect: what a connection string says, completed by libpq's own defaults.
///
/// Every [parameter of libpq](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS) has its
/// meaning, and so have its [environment variables](https://www.postgresql.org/docs/current/libpq-envars.html), the
/// service file and the password file, but for three: the client encoding is always UTF8, host names are resolved by
/// this module, because libpq would block, and `sslmode` is `verify-full` unless it is set or every host is a loopback
/// address or a Unix-domain socket. Of several hosts each has an equal part of the time that is left, at most
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
  /// Whether the connection string, `PGPASSWORD` or the service file has a password, or one is made.
  public internal(set) var hasPassword: Bool
  var resolver = Resolver.system

  private static let sessionAttributes = "target_session_attrs"
  /// libpq checks this one last, behind the point where this module stops it.
  private static let knownSessionAttributes: Set<String> = [
    "", "any", "read-write", "read-only", "primary", "standby", "prefer-standby",
  ]

  /// Reads a connection URL (`postgresql://user:password@host/database?sslmode=require`) or keyword string
  /// (`host=… dbname=…`); white space around it is no part of it. Nothing is connected to and no name is resolved; the file of root certificates is looked into.
  ///
  /// With a ``PasswordSource`` each connection asks for its password, for the host's name, the port and the user as they
  /// are configured, and sends it over TLS alone: `sslmode` is `verify-full` even on loopback, unless it is set.
  ///
  /// Throws ``PostgresError`` with ``PostgresError/Reason/configuration`` if libpq cannot parse it or refuses a
  /// parameter of it; if a password or a certificate has two sources; if the root certificates are missing with which
  /// the server's is to be verified, or cannot be read; if passwords are to be made and nothing says for whom, or they
  /// might be sent without TLS. The error names parameters and variables, but never repeats a value.
  public init(_ conninfo: String, passwords: (any PasswordSource)? = nil) throws(PostgresError) {
    guard !conninfo.utf8.contains(0), let parameters = ConninfoParameter.parse(conninfo) else {
      throw PostgresError(.configuration, "The connection string is neither a PostgreSQL URL nor keyword=value pairs.")
    }
    let attributes = parameters[Self.sessionAttributes] ?? getenv("PGTARGETSESSIONATTRS").map { String(cString: $0) }
    guard attributes.map(Self.knownSessionAttributes.contains) ?? true else {
      throw PostgresError(invalidConnectionParameter: Self.sessionAttributes)
    }
    prefersStandby = attributes == "prefer-standby"
    let completed = try parameters.completedByLibPQ()
    hasPassword = completed["password"] != nil || passwords != nil
    settings = try ConnectionSettings(own: parameters, completed: completed, isPasswordMade: passwords != nil)
    try settings.checkSources()
    try settings.checkPasswordMaking(prefersStandby: prefersStandby)
    try settings.checkCertificates()
    self.parameters = parameters + settings.protection
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
    let hosts = settings.hosts
    let names = hosts.names
    guard !names.isEmpty else { return hosts }
    // Of several places one may have a name that nobody resolves: the others need time to be connected to.
    let now = ContinuousClock.now
    let end = hosts.entries.count > 1 ? now + now.duration(to: deadline) / 2 : connectDeadline(within: deadline)
    return try hosts.resolved(with: resolver.addresses(of: names, unless: flag, until: end))
  }
}

extension ConnectionConfiguration: CustomStringConvertible {
  /// Nothing but the type's name, for the rest may be secret.
  public var description: String { "ConnectionConfiguration" }
}

extension [ConninfoParameter] {
  /// The parameters and libpq's defaults for the others, out of the environment and the service file.
  ///
  /// libpq completes and checks parameters only on its way to a connection. It is stopped there by a value that no
  /// server can have, of the parameter that it checks last.
  fileprivate func completedByLibPQ() throws(PostgresError) -> [ConninfoParameter] {
    let stop = ConninfoParameter(keyword: "target_session_attrs", value: "none")
    let handle = try ConnectionHandle(connecting: (self + [stop]).conninfo)
    let message = handle.errorMessage
    let parameters = handle.parameters
    let isStopped = message.suffix(after: "\(stop.keyword) value: \"\(stop.value)\"") != nil
    guard isStopped else { throw PostgresError(configurationFailure: message) }
    return parameters
  }
}
