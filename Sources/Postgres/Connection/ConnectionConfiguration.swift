/// How to connect: what a connection string says, completed by libpq's own defaults.
///
/// Every [parameter of libpq](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS) has its
/// meaning, and so have its [environment variables](https://www.postgresql.org/docs/current/libpq-envars.html), the
/// service file and the password file, but for three: the client encoding is always UTF8; `connect_timeout` bounds
/// connecting as a whole, in seconds, whereas libpq grants it to each host anew; host names are resolved by this
/// module, because libpq would block.
public struct ConnectionConfiguration: Sendable {
  /// What the connection string itself sets. libpq adds its defaults when it connects.
  private let parameters: [ConninfoParameter]
  private let hosts: HostList
  /// The most that connecting may take; nil for as long as the caller's deadline allows.
  private let connectTimeout: Duration?
  var resolver = Resolver.system

  /// Reads a connection URL (`postgresql://user:password@host/database?sslmode=require`) or keyword string
  /// (`host=… dbname=…`). Nothing is connected to and no name is resolved.
  ///
  /// Throws ``PostgresError`` with ``PostgresError/Reason/configuration`` if libpq cannot parse it or refuses a
  /// parameter of it; the error names the parameter, but never repeats a value.
  public init(_ conninfo: String) throws(PostgresError) {
    guard !conninfo.utf8.contains(0), let parameters = ConninfoParameter.parse(conninfo) else {
      throw PostgresError(.configuration, "The connection string is neither a PostgreSQL URL nor keyword=value pairs.")
    }
    self.parameters = parameters
    let completed = try parameters.completedByLibPQ()
    hosts = try HostList(host: completed["host"], hostaddr: completed["hostaddr"], port: completed["port"])
    connectTimeout = try completed["connect_timeout"].flatMap { value throws(PostgresError) in
      guard let seconds = Int32(value) else { throw PostgresError(invalidConnectionParameter: "connect_timeout") }
      return seconds > 0 ? .seconds(seconds) : nil
    }
  }

  /// When connecting has to be over.
  func connectDeadline(within deadline: ContinuousClock.Instant) -> ContinuousClock.Instant {
    connectTimeout.map { min(.now + $0, deadline) } ?? deadline
  }

  /// The keyword string to give to libpq, with which it will not resolve names.
  func conninfo(
    unless flag: EventFD, until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> String {
    let names = hosts.names
    let hosts =
      names.isEmpty
      ? hosts : try hosts.resolved(with: resolver.addresses(of: names, unless: flag, until: deadline))
    let encoding = ConninfoParameter(keyword: "client_encoding", value: "UTF8")
    return (parameters + hosts.parameters + [encoding]).conninfo
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
