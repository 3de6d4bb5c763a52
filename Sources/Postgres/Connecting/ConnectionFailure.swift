import Glibc

/// What kept a connection from coming about, read out of the little that libpq says.
enum ConnectionFailure {
  /// - Parameters:
  ///   - message: libpq's message, in which the server's words are replaced by their SQLSTATE.
  ///   - lacksPassword: Whether the server asked for a password and there was none.
  static func error(message: String, lacksPassword: Bool) -> PostgresError {
    var error: PostgresError
    if let state = sqlState(message) {
      error = PostgresError(state.reason ?? .server)
      error.sqlState = state
    } else if lacksPassword {
      error = PostgresError(.authentication, explanation: "the database wants a password and there is none")
    } else {
      error = PostgresError(reason(message))
    }
    error.serverMessage = message
    return error
  }

  /// The SQLSTATE at the end of the message's last line that has one: `… failed: FATAL:  28P01`.
  ///
  /// Source: <https://www.postgresql.org/docs/current/libpq-control.html#LIBPQ-PQSETERRORVERBOSITY>.
  private static func sqlState(_ message: String) -> SQLState? {
    for line in message.split(separator: "\n").reversed() {
      guard let start = line.range(ofLast: ":  ") else { continue }
      let code = line[start...]
      let isCode = code.utf8.count == 5 && code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
      if isCode { return SQLState(rawValue: String(code)) }
    }
    return nil
  }

  /// libpq's own messages are in English and have the C library's texts in them, for nobody calls setlocale(3).
  private static func reason(_ message: String) -> PostgresError.Reason {
    if message.contains("SSL") || message.contains("certificate") { return .tls }
    if message.contains(String(cString: strerror(ECONNREFUSED))) { return .connectionRefused }
    // A Unix socket that is not there: nobody listens.
    if message.contains(String(cString: strerror(ENOENT))) { return .connectionRefused }
    if message.contains("could not translate host name") { return .hostNotFound }
    if message.contains("SCRAM") || message.contains("authentication") || message.contains("password") {
      return .authentication
    }
    return .unreachable
  }
}

extension SQLState {
  /// The reason that a code stands for; nil for one that is about the statement.
  var reason: PostgresError.Reason? {
    switch self {
    case .invalidPassword, .invalidAuthorization: .authentication
    case .invalidCatalogName: .databaseNotFound
    case .tooManyConnections: .tooManyConnections
    case .cannotConnectNow: .serverUnavailable
    case .adminShutdown, .crashShutdown: .connectionLost
    case .queryCanceled: .statementTimeout
    default: isConnectionException ? .connectionLost : nil
    }
  }
}

extension Substring {
  /// Where the last occurrence of `text` ends.
  fileprivate func range(ofLast text: String) -> Index? {
    var found: Index?
    var rest = self
    while let range = rest.firstRange(of: text) {
      found = range.upperBound
      rest = rest[range.upperBound...]
    }
    return found
  }
}
