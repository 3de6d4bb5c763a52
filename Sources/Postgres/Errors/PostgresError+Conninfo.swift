/// What is wrong with a connection string, in sentences that repeat no more of it than a parameter's name: whatever else stands
/// in it may be part of a password. What libpq says quotes it, and is never shown.
extension PostgresError {
  init(invalidConnectionParameter keyword: String) {
    self.init(.configuration, "The connection parameter \(keyword) is not valid.")
  }

  /// A connection string that libpq cannot parse, and what libpq says of it.
  init(unreadable conninfo: String, _ message: String) {
    self.init(.configuration, Self.sentence(conninfo, message))
  }

  /// Says what libpq found wrong before it tried to connect.
  init(configurationFailure message: String, ofServiceIn parameters: [ConninfoParameter] = []) {
    self.init(.configuration, Self.sentence(configurationFailure: message, parameters))
    details.debugMessage = message
  }

  /// A variable for a parameter that libpq does not have yet: it would leave it out without a word.
  init(unknownVariable name: String, since version: Int) {
    self.init(.configuration, "\(name) needs libpq \(version), and this is libpq \(LibPQ.majorVersion).")
  }

  private static func sentence(_ conninfo: String, _ message: String) -> String {
    let url = ConnectionURL(conninfo)
    func says(_ phrase: String) -> Bool { message.suffix(after: phrase) != nil }
    if url == nil, let rest = conninfo.suffix(after: "://"),
      conninfo.dropLast(rest.count).allSatisfy({ $0 != "=" && !$0.isWhitespace })
    {
      return "The connection string begins like a URL, but with neither postgresql:// nor postgres://."
    }
    if says("invalid URI query parameter") || says("invalid connection option") {
      return unknownParameter(quoted(in: message), url, conninfo)
    }
    if url == nil {
      if says("unterminated quoted string") {
        return
          "The connection string has a value whose single quote is not closed: within one, ' has to be \\' and \\ has to be \\\\."
      }
      return "The connection string is neither a PostgreSQL URL nor keyword=value pairs"
        + wordWithoutValue(in: conninfo)
    }
    if says("percent-encoded token") {
      return """
        The connection URL has a % that begins no escape: percent-encode what is special in a user's name or a password, % as %25, @ as \
        %40, / as %2F.
        """
    }
    if says("%00") { return "The connection URL has a %00, which no parameter can hold." }
    if says("unexpected spaces") { return "The connection URL has a space: it has to be percent-encoded, as %20." }
    if says("key/value separator"), let url, url.query.contains("@") {
      return
        "The connection URL's query has an @, but no keyword=value: in a user's name or a password, percent-encode / as %2F and ? as %3F."
    }
    if says("key/value separator") {
      return
        "The connection URL's query has something other than keyword=value: in a value, = has to be %3D and & has to be %26."
    }
    if says("IPv6") || says("unexpected character") {
      return
        "The connection URL has a host in brackets that is no IPv6 address, or something other than a port behind it."
    }
    return "The connection string is neither a PostgreSQL URL nor keyword=value pairs."
  }

  /// A parameter that libpq does not have. Only what looks like one is repeated, and only where it cannot be a password's rest.
  private static func unknownParameter(_ keyword: String, _ url: ConnectionURL?, _ conninfo: String) -> String {
    let library = "libpq \(LibPQ.majorVersion)"
    if let version = LibPQ.firstVersion(of: keyword) {
      return "The connection parameter \(keyword) needs libpq \(version), and this is \(library)."
    }
    if let url, url.query.contains("@") {
      return """
        The connection URL's query has a parameter that \(library) does not know: in a user's name or a password, percent-encode / as \
        %2F and ? as %3F.
        """
    }
    let before =
      if let url { url.keyword(before: keyword) } else { KeywordString(conninfo).keyword(before: keyword) }
    if let before, ConninfoParameter.secretKeywords.contains(String(before)) {
      let advice = url == nil ? "a value with spaces has to be in single quotes" : "in a value, & has to be %26"
      return "What follows the connection parameter \(before) is no parameter: \(advice)."
    }
    let looksLikeOne = keyword.utf8.count <= 32 && keyword.utf8.allSatisfy("abcdefghijklmnopqrstuvwxyz_".utf8.contains)
    return looksLikeOne
      ? "The connection parameter \(keyword) is none that \(library) has."
      : "The connection string has a parameter that \(library) does not have."
  }

  private static func wordWithoutValue(in conninfo: String) -> String {
    guard let position = KeywordString(conninfo).wordWithoutValue else { return "." }
    return ": the word at character \(position) has no = behind it; a value with spaces has to be in single quotes."
  }

  private static func sentence(configurationFailure message: String, _ parameters: [ConninfoParameter]) -> String {
    func says(_ phrase: String) -> Bool { message.suffix(after: phrase) != nil }
    if says("definition of service") {
      let source = parameters["service"] == nil ? "PGSERVICE" : "The connection parameter service"
      return "\(source) names a service that is not in the service file (PGSERVICEFILE, or ~/.pg_service.conf)."
    }
    if says("service file") {
      // A path in the message may hold anything.
      let outsideQuotes = message.split(separator: "\"").enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        .joined()
      guard let line = outsideQuotes.suffix(after: "line ")?.prefix(while: \.isNumber) else {
        return "PGSERVICEFILE names a file that cannot be read."
      }
      return "The service file has a mistake in line \(line)."
    }
    if says("root certificate") { return "The connection parameter sslrootcert names a file that cannot be used." }
    if says("could not match") { return "The connection parameters host, hostaddr and port differ in length." }
    if says("sslrootcert=system") {
      return "The connection parameter sslmode has to be verify-full with sslrootcert=system."
    }
    if says("sslnegotiation=direct") {
      return "The connection parameter sslmode has to be require, verify-ca or verify-full with sslnegotiation=direct."
    }
    if says("SSL protocol version range") {
      return "The connection parameter ssl_min_protocol_version is above ssl_max_protocol_version."
    }
    if says("is greater than") { return "The connection parameter min_protocol_version is above max_protocol_version." }
    if says("SCRAM client key") { return "The connection parameter scram_client_key is not valid." }
    if says("SCRAM server key") { return "The connection parameter scram_server_key is not valid." }
    return keyword(in: message).map { "The connection parameter \($0) is not valid." } ?? Reason.configuration.sentence
  }

  /// The first keyword that libpq speaks of, which some versions put into double quotes, as all do with values.
  private static func keyword(in message: String) -> Substring? {
    let known = ConninfoParameter.knownKeywords
    func isKeyword(_ word: Substring) -> Bool { known.contains { word == $0 } }
    for (index, part) in message.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
      let isQuoted = index % 2 == 1
      let words = isQuoted ? [part] : part.split { !$0.isLowercase && $0 != "_" }
      if let keyword = words.first(where: isKeyword) { return keyword }
    }
    return nil
  }

  /// What libpq has put into double quotes.
  private static func quoted(in message: String) -> String {
    String(message.drop { $0 != "\"" }.dropFirst().prefix { $0 != "\"" })
  }
}
