import CLibPQ

/// Where the database is and how to connect to it: everything that libpq takes, read once.
///
/// What the URL leaves open comes from where libpq takes it: the `PG…` environment variables, a service file, `~/.pgpass`.
/// Text is always UTF-8, whatever `client_encoding` says.
/// Source: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>.
public struct ConnectionConfiguration: Sendable {
  /// What was given, as keywords and values.
  let parameters: [(keyword: String, value: String)]

  /// Where to connect to.
  let hosts: [HostEntry]

  /// The most time that connecting may take; nil: as long as the deadline allows.
  let connectTimeout: Duration?

  /// How names become addresses.
  var resolver = HostResolver.system

  /// Reads a connection URL or a string of keywords and values.
  ///
  /// - Throws: `.configuration`, which says what is wrong without repeating any of it: there is a password in it.
  public init(_ connectionInfo: String) throws(PostgresError) {
    guard !connectionInfo.utf8.contains(0) else { throw .unusable("it holds a U+0000") }
    guard let options = PQconninfoParse(connectionInfo, nil) else {
      throw .unusable("it is neither a postgresql:// URL nor keyword=value pairs that libpq can read")
    }
    defer { PQconninfoFree(options) }
    parameters = ConnectionConfiguration.values(options).map { ($0, $1) }
    let effective = try ConnectionConfiguration.effective(parameters)
    hosts = try HostEntry.list(hosts: effective["host"], addresses: effective["hostaddr"], ports: effective["port"])
    connectTimeout = try ConnectionConfiguration.timeout(effective["connect_timeout"])
  }

  /// The parameters with all that libpq adds to them.
  ///
  /// libpq shows them on a connection alone. So one is begun that libpq refuses before it looks up any host: its last check but one is of
  /// `target_session_attrs`, and what it finds wrong before that is wrong with the parameters.
  private static func effective(
    _ parameters: [(keyword: String, value: String)]
  ) throws(PostgresError) -> [String: String] {
    let refused = "target_session_attrs"
    guard let probe = ConnectionHandle(parameters.filter { $0.keyword != refused } + [(refused, "none")]) else {
      throw PostgresError(.resources)
    }
    guard probe.errorMessage.contains(refused) else {
      var error = PostgresError.unusable("libpq does not take the value of one of its parameters")
      error.serverMessage = probe.errorMessage
      throw error
    }
    guard let options = PQconninfo(probe.pointer) else { throw PostgresError(.resources) }
    defer { PQconninfoFree(options) }
    return Dictionary(values(options), uniquingKeysWith: { $1 })
  }

  private static func values(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [(String, String)] {
    var values: [(String, String)] = []
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { values.append((String(cString: keyword), String(cString: value))) }
      option += 1
    }
    return values
  }

  /// Reads `connect_timeout`: seconds; absent, empty, zero or negative: no limit.
  private static func timeout(_ text: String?) throws(PostgresError) -> Duration? {
    guard let text, !text.isEmpty else { return nil }
    guard let seconds = Int32(text) else { throw .unusable("connect_timeout has to be a number of seconds") }
    return seconds > 0 ? .seconds(seconds) : nil
  }
}

extension PostgresError {
  static func unusable(_ why: String) -> PostgresError {
    PostgresError(.configuration, explanation: why)
  }
}
