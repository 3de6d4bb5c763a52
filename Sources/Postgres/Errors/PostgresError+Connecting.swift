import Glibc

extension PostgresError {
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
    let reason = decisive?.reason ?? .connectionFailed
    switch reason {
    case .configuration:
      self.init(configurationFailure: String(decisive?.text ?? ""))
    case .server:
      // There is no statement that the server could have refused.
      self.init(decisive?.sqlState == .insufficientPrivilege ? .authentication : .connectionFailed)
    default:
      self.init(reason, reason == .tls ? decisive?.sentenceOfTLS : nil)
    }
    details.sqlState = decisive?.sqlState
    details.debugMessage = message
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

  /// Nil if the text is not known.
  var reason: PostgresError.Reason? {
    if let sqlState { return PostgresError.Reason(sqlState) }
    if text.hasPrefix("invalid "), text.suffix(after: " value:") != nil { return .configuration }
    return Self.systemErrors.first { text.hasSuffix(errorText($0.number)) }?.reason
      ?? Self.phrases.first { text.suffix(after: $0.phrase) != nil }?.reason
  }

  /// Which failure of TLS it is, for whoever has to mend it: the server, its certificate or the client's; nil if that is not known.
  var sentenceOfTLS: String? { Self.sentencesOfTLS.first { text.suffix(after: $0.phrase) != nil }?.sentence }

  private static let sentencesOfTLS: [(phrase: String, sentence: String)] = [
    ("server does not support SSL", "The database's server does not speak TLS, which sslmode asks for."),
    (
      "certificate verify failed",
      "The certificate of the database's server is not trusted: none of those in sslrootcert vouches for it, or it is out of date."
    ),
    ("does not match host name", notItsName),
    ("server's host name", notItsName),
    ("protocol version", "The database's server speaks no version of TLS that is allowed here."),
    ("unsupported protocol", "The database's server speaks no version of TLS that is allowed here."),
    ("private key", "The client's certificate, sslcert, and its key, sslkey, cannot be used."),
    ("certificate file", "The client's certificate, sslcert, and its key, sslkey, cannot be used."),
  ]

  private static let notItsName = "The certificate of the database's server is for another host name."

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
    // A server that ends while TLS is agreed on; OpenSSL and libpq have three ways to say so.
    ("SSL SYSCALL error: EOF detected", .connectionLost),
    ("unexpected eof while reading", .connectionLost),
    ("SSL connection has been closed unexpectedly", .connectionLost),
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
