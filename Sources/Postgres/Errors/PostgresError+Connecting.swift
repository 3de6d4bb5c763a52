import Glibc

extension PostgresError {
  init(invalidConnectionParameter keyword: String) {
    self.init(.configuration, "The connection parameter \(keyword) is not valid.")
  }

  /// Says what libpq found wrong before it tried to connect.
  init(configurationFailure message: String) {
    let keyword = message.split(separator: "\n").lazy.compactMap { ConnectionAttempt($0).invalidParameter }.first
    self = keyword.map(PostgresError.init(invalidConnectionParameter:)) ?? PostgresError(.configuration)
    debugMessage = message
  }

  /// Says why libpq did not connect, for which it has nothing but a text of a line for each attempt, with hints below:
  ///
  ///     connection to server at "…", port 5432 failed: Connection refused
  ///     	Is the server running on that host and accepting TCP/IP connections?
  ///     connection to server at "…", port 5432 failed: FATAL:  28P01
  ///
  /// A server's answer says more than the other failures, else the last failure counts that is known. The texts are those of libpq's
  /// sources, untranslated because no program here calls setlocale(3):
  /// <https://github.com/postgres/postgres/tree/REL_15_STABLE/src/interfaces/libpq>.
  init(connectionFailure message: String) {
    let attempts = message.split(separator: "\n").filter { !$0.hasPrefix("\t") }.map(ConnectionAttempt.init)
    let decisive = attempts.last { $0.sqlState != nil } ?? attempts.last { $0.reason != nil }
    if let keyword = decisive?.invalidParameter {
      self.init(invalidConnectionParameter: keyword)
    } else {
      // There is no statement that the server could have refused.
      let reason = decisive?.reason ?? .connectionFailed
      let isForbidden = decisive?.sqlState == .insufficientPrivilege
      self.init(reason == .server ? isForbidden ? .authentication : .connectionFailed : reason)
    }
    sqlState = decisive?.sqlState
    debugMessage = message
  }
}

extension PostgresError {
  /// Whether another server may do, as with libpq: one that is not reached, not ready or not the kind that is wanted; but
  /// not one that lets nobody in.
  var isOfOneServer: Bool {
    switch reason {
    case .connectionRefused, .connectionFailed, .connectTimeout, .connectionLost, .serverNotReady, .serverShutdown,
      .protocolViolation:
      true
    default: false
    }
  }
}

/// A line of libpq's account of how it tried to connect.
private struct ConnectionAttempt {
  /// Why it failed, without the words that say where to.
  let text: Substring

  init(_ line: Substring) {
    text = line.hasPrefix("connection to server") ? line.suffix(after: "failed: ") ?? line : line
  }

  /// The code that follows the severity in `FATAL:  28P01`.
  var sqlState: SQLState? {
    let code = text.suffix(5)
    let isCode = code.utf8.count == 5 && code.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
    return isCode && text.dropLast(5).hasSuffix(":  ") ? SQLState(rawValue: String(code)) : nil
  }

  /// The keyword in `invalid sslmode value: "…"`.
  var invalidParameter: String? {
    let words = text.split(separator: " ", maxSplits: 3)
    if words.count > 2, words[0] == "invalid", words[2] == "value:" { return String(words[1]) }
    return nil
  }

  /// Nil if the text is not known.
  var reason: PostgresError.Reason? {
    if let sqlState { return PostgresError.Reason(sqlState) }
    if invalidParameter != nil { return .configuration }
    return Self.systemErrors.first { text.hasSuffix(errorText($0.number)) }?.reason
      ?? Self.phrases.first { text.suffix(after: $0.phrase) != nil }?.reason
  }

  private static let systemErrors: [(number: CInt, reason: PostgresError.Reason)] = [
    (ECONNREFUSED, .connectionRefused),
    (ENOENT, .connectionRefused),
    (ETIMEDOUT, .connectTimeout),
    (ECONNRESET, .connectionLost),
    (EPIPE, .connectionLost),
    (EMFILE, .outOfResources),
  ]

  /// In order: some of them contain a later one.
  private static let phrases: [(phrase: String, reason: PostgresError.Reason)] = [
    ("server closed the connection", .connectionLost),
    ("invalid response", .protocolViolation),
    ("expected authentication request", .protocolViolation),
    ("invalid integer value", .configuration),
    ("invalid port number", .configuration),
    ("could not match", .configuration),
    ("definition of service", .configuration),
    ("service file", .configuration),
    ("could not parse network address", .configuration),
    ("Unix-domain socket path", .configuration),
    ("root certificate file", .configuration),
    ("could not translate host name", .hostNotFound),
    ("channel binding", .authentication),
    ("password", .authentication),
    ("authentication", .authentication),
    ("SCRAM", .authentication),
    ("SASL", .authentication),
    ("GSSAPI", .authentication),
    ("requirepeer", .authentication),
    ("SSL", .tls),
    ("certificate", .tls),
    ("private key", .tls),
    ("out of memory", .outOfResources),
  ]
}

private func errorText(_ number: CInt) -> String {
  String(cString: strerror(number))
}

extension StringProtocol {
  /// What follows the phrase where it is first; nil if it is nowhere. The standard library's own search is in its module
  /// of regular expressions, which is not worth its size here.
  func suffix(after phrase: String) -> SubSequence? {
    indices.lazy.map { self[$0...] }.first { $0.hasPrefix(phrase) }?.dropFirst(phrase.count)
  }
}
