/// The text of a connection URL, taken apart where libpq does it:
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>.
struct ConnectionURL {
  /// Whether there is a user, and perhaps a password, that an `@` ends.
  let hasCredentials: Bool
  /// The hosts and ports.
  let hosts: Substring
  /// The database's name, still encoded.
  let database: Substring
  /// The parameters behind the question mark.
  let query: Substring

  /// Nil for a keyword string.
  init?(_ text: String) {
    guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else { return nil }
    var rest = text.dropFirst(scheme.count)
    let end = rest.firstIndex { $0 == "@" || $0 == "/" }
    hasCredentials = end.map { rest[$0] == "@" } ?? false
    if hasCredentials, let end { rest = rest[end...].dropFirst() }
    hosts = rest.prefix { $0 != "/" && $0 != "?" }
    rest = rest.dropFirst(hosts.count)
    let path = rest.prefix { $0 != "?" }
    database = path.dropFirst()
    query = rest.dropFirst(path.count + 1)
  }

  /// The keyword before the first one of that name in the query.
  func keyword(before keyword: String) -> Substring? {
    let keywords = query.split(separator: "&", omittingEmptySubsequences: false).map { $0.prefix { $0 != "=" } }
    return keywords.firstIndex { $0 == keyword }.flatMap { $0 > 0 ? keywords[$0 - 1] : nil }
  }

  /// What is wrong with a URL that libpq takes apart in another way than it is meant, so that it would look for a host that nobody
  /// named; nil if nothing is. A character in a password may be the reason.
  var misreading: String? {
    if hosts.contains("@") {
      return
        "The connection URL has an @ too many: in a user's name or a password it has to be percent-encoded, as %40."
    }
    // A database's name may well have an @. A URL goes on after a host's: with a port or a database.
    let behind = database.drop { $0 != "@" }
    guard !behind.isEmpty, !hosts.isEmpty else { return nil }
    let port = hosts.drop { $0 != ":" }.dropFirst()
    let isPort = port.allSatisfy { $0.isASCII && $0.isNumber } || hosts.contains("[") || hosts.contains(",")
    guard behind.contains("/") || behind.contains(":") || !hasCredentials && !isPort else { return nil }
    return """
      The connection URL has an @ behind a /: in a user's name or a password / has to be percent-encoded, as %2F (and in a \
      database's name @, as %40).
      """
  }
}

/// The text of a connection string that is no URL, taken apart where libpq does it, as far as it can be:
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE>.
struct KeywordString {
  private var keywords: [Substring] = []
  /// Where the first word without an `=` begins, in characters from 1.
  private(set) var wordWithoutValue: Int?

  init(_ text: String) {
    var rest = text[...]
    while true {
      rest = rest.drop(while: \.isWhitespace)
      guard !rest.isEmpty else { return }
      let keyword = rest.prefix { $0 != "=" && !$0.isWhitespace }
      let value = rest.dropFirst(keyword.count).drop(while: \.isWhitespace)
      guard value.first == "=" else {
        wordWithoutValue = text.distance(from: text.startIndex, to: keyword.startIndex) + 1
        return
      }
      keywords.append(keyword)
      rest = KeywordString.afterValue(value.dropFirst().drop(while: \.isWhitespace))
    }
  }

  /// The keyword before the first one of that name.
  func keyword(before keyword: String) -> Substring? {
    keywords.firstIndex { $0 == keyword }.flatMap { $0 > 0 ? keywords[$0 - 1] : nil }
  }

  private static func afterValue(_ text: Substring) -> Substring {
    let isQuoted = text.first == "'"
    var rest = isQuoted ? text.dropFirst() : text
    while let character = rest.first, isQuoted ? character != "'" : !character.isWhitespace {
      rest = rest.dropFirst(character == "\\" ? 2 : 1)
    }
    return isQuoted ? rest.dropFirst() : rest
  }
}
