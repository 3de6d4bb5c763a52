internal import CLibPQ
import Glibc

/// A parameter of a connection string:
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>.
struct ConninfoParameter: Hashable {
  let keyword: String
  let value: String

  /// The parameters that a keyword string or URL sets, and no others:
  /// [PQconninfoParse](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNINFOPARSE).
  ///
  /// Throws ``PostgresError/Reason/configuration`` if it cannot be parsed, or is a URL that libpq parses as nobody means it.
  static func parse(_ conninfo: String) throws(PostgresError) -> [ConninfoParameter] {
    let text = trimmedURL(conninfo) ?? conninfo
    if let misreading = ConnectionURL(text)?.misreading { throw PostgresError(.configuration, misreading) }
    var message: UnsafeMutablePointer<CChar>?
    defer { PQfreemem(message) }
    guard !text.utf8.contains(0), let options = PQconninfoParse(text, &message) else {
      throw PostgresError(unreadable: text, message.map { String(cString: $0) } ?? "")
    }
    return list(takingOwnershipOf: options)
  }

  /// A URL without what a shell, an editor or a form has left around it: libpq would take a newline for the end of the
  /// database's name. Around keyword=value pairs it means nothing to libpq. Nil if it is no URL.
  private static func trimmedURL(_ conninfo: String) -> String? {
    func isBlank(_ character: Character) -> Bool { character.isASCII && character.isWhitespace }
    guard let end = conninfo.lastIndex(where: { !isBlank($0) }) else { return nil }
    let text = conninfo[...end].drop(while: isBlank)
    return text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") ? String(text) : nil
  }

  /// Copies the parameters that have a value, and frees libpq's list. An empty value is none: among arrays of parameters libpq
  /// takes it for its own default.
  static func list(takingOwnershipOf options: UnsafeMutablePointer<PQconninfoOption>?) -> [ConninfoParameter] {
    defer { PQconninfoFree(options) }
    return map(options) { option in
      guard let value = option.val, value.pointee != 0 else { return nil }
      return ConninfoParameter(keyword: String(cString: option.keyword), value: String(cString: value))
    }
  }

  /// The keywords that the libpq has which this program runs with.
  static var knownKeywords: [String] {
    let options = PQconninfoParse("", nil)
    defer { PQconninfoFree(options) }
    return map(options) { String(cString: $0.keyword) }
  }

  /// The keywords whose values nobody may see, nor the rest of one that was cut.
  static let secretKeywords: Set = [
    "password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key",
  ]

  private static func map<Value>(
    _ options: UnsafeMutablePointer<PQconninfoOption>?, _ transform: (PQconninfoOption) -> Value?
  ) -> [Value] {
    var values: [Value] = []
    var option = options
    while let current = option?.pointee, current.keyword != nil {
      if let value = transform(current) { values.append(value) }
      option = option?.successor()
    }
    return values
  }
}

extension [ConninfoParameter] {
  /// The value of a keyword; nil if it has none.
  subscript(keyword: String) -> String? {
    first { $0.keyword == keyword }?.value
  }

  /// These parameters, and others in place of those of the same keywords; one that is empty leaves nothing in that place.
  func setting(_ others: [ConninfoParameter]) -> [ConninfoParameter] {
    filter { own in !others.contains { $0.keyword == own.keyword } } + others.filter { !$0.value.isEmpty }
  }

  /// Calls the body with the keywords and the values as PQconnectStartParams wants them, a null pointer behind each last one.
  func withLibPQArrays<Result>(
    _ body: (_ keywords: UnsafePointer<UnsafePointer<CChar>?>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?) ->
      Result
  ) -> Result {
    var texts: [CChar] = []
    var offsets: [(keyword: Int, value: Int)] = []
    for parameter in self {
      let keyword = texts.count
      texts += parameter.keyword.utf8CString
      offsets.append((keyword, texts.count))
      texts += parameter.value.utf8CString
    }
    return texts.withUnsafeBufferPointer { texts in
      body(
        offsets.map { texts.baseAddress?.advanced(by: $0.keyword) } + [nil],
        offsets.map { texts.baseAddress?.advanced(by: $0.value) } + [nil])
    }
  }

  /// The parameters and libpq's defaults for the others, out of the environment and the service file.
  ///
  /// libpq completes and checks parameters only on its way to a connection. Here it is stopped as soon as it has completed them, by
  /// a value that nobody can want, of the parameter that it checks first.
  func completedByLibPQ() throws(PostgresError) -> [ConninfoParameter] {
    let stop = ConninfoParameter(keyword: "channel_binding", value: "none")
    let handle = try ConnectionHandle(connecting: setting([stop]))
    let message = handle.errorMessage
    guard message.suffix(after: "\(stop.keyword) value: \"\(stop.value)\"") != nil else {
      throw PostgresError(configurationFailure: message, ofServiceIn: self)
    }
    return handle.parameters
  }

  /// Has libpq check all parameters but the port, and completes them.
  ///
  /// What it checks, and in which order, differs from version to version; that all of it is right shows in that libpq wants to connect:
  /// to a port that cannot be, which it finds out before it looks at any host.
  func checkedByLibPQ() throws(PostgresError) -> [ConninfoParameter] {
    let nowhere = ConninfoParameter(keyword: "port", value: "0")
    let handle = try ConnectionHandle(connecting: setting([nowhere]))
    let message = handle.errorMessage
    guard message.suffix(after: "invalid port number: \"\(nowhere.value)\"") != nil else {
      throw PostgresError(configurationFailure: message, ofServiceIn: self)
    }
    return handle.parameters
  }
}

/// The libpq that this program runs with, which need not be the one that it was built with.
enum LibPQ {
  /// For example 15: [PQlibVersion](https://www.postgresql.org/docs/current/libpq-misc.html#LIBPQ-PQLIBVERSION).
  static var majorVersion: Int { Int(PQlibVersion()) / 10_000 }

  /// The versions that newer parameters came with: <https://www.postgresql.org/docs/release/>. No dictionary, because each start
  /// goes through it, and nothing but an error looks one up.
  private static let firstVersions: KeyValuePairs = [
    "gssdelegation": 16, "load_balance_hosts": 16, "max_protocol_version": 18, "min_protocol_version": 18,
    "oauth_client_id": 18, "oauth_client_secret": 18, "oauth_issuer": 18, "oauth_scope": 18, "require_auth": 16,
    "scram_client_key": 18, "scram_server_key": 18, "sslcertmode": 16, "sslkeylogfile": 18, "sslnegotiation": 17,
  ]

  /// The version that a newer parameter came with; nil for one that all have.
  static func firstVersion(of keyword: String) -> Int? { firstVersions.first { $0.key == keyword }?.value }

  /// Throws if an environment variable is set for a parameter that only a later libpq has: this one would leave it out without a
  /// word, though it may be `PGREQUIREAUTH`.
  static func checkVariables() throws(PostgresError) {
    for (keyword, version) in firstVersions where version > majorVersion {
      let variable = "PG" + keyword.uppercased().filter { $0 != "_" }
      if let value = getenv(variable), value.pointee != 0 {
        throw PostgresError(unknownVariable: variable, since: version)
      }
    }
  }
}
