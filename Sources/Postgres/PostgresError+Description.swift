extension PostgresError {
  /// The reason in one sentence, and the SQLSTATE where there is one.
  public var description: String {
    let sentence = explanation ?? reason.sentence
    return sqlState.map { "\(sentence) (SQLSTATE \($0))" } ?? sentence
  }
}

extension PostgresError.Reason {
  fileprivate var sentence: String {
    switch self {
    case .configuration: "the connection's parameters cannot be used"
    case .hostNotFound: "the database's host name has no address"
    case .connectionRefused: "the database refused the connection"
    case .unreachable: "the database cannot be reached"
    case .tls: "TLS with the database could not be set up"
    case .authentication: "the database did not accept the user or the password"
    case .databaseNotFound: "there is no database of that name"
    case .tooManyConnections: "the database has too many connections"
    case .serverUnavailable: "the database is starting or stopping"
    case .connectTimeout: "the database did not take the connection in time"
    case .statementTimeout: "the database did not answer in time"
    case .poolTimeout: "no database connection was free in time"
    case .cancelled: "the work was cancelled"
    case .connectionLost: "the connection to the database broke"
    case .connectionBusy: "the connection is executing another statement"
    case .server: "the database refused the statement"
    case .invalidParameter: "a parameter cannot be stored"
    case .decoding: "a value is not of the type that was asked for"
    case .resources: "the process is out of memory, files or threads"
    default: rawValue
    }
  }
}
