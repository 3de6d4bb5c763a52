extension PostgresError {
  /// A kind of failure. There may be more in later versions.
  public struct Reason: RawRepresentable, Hashable, Sendable {
    /// The kind's name in this list, for example `connectionRefused`.
    public let rawValue: String

    /// Makes a kind of its name.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The connection string, or something that libpq takes from the environment or a file instead, is wrong.
    public static let configuration = Reason(rawValue: "configuration")

    /// The configuration's ``CredentialSource`` has no user or password to log in with.
    public static let credentials = Reason(rawValue: "credentials")

    /// No host could be found by its name.
    public static let hostNotFound = Reason(rawValue: "hostNotFound")
    /// Finding the host by its name took too long.
    public static let nameResolutionTimeout = Reason(rawValue: "nameResolutionTimeout")
    /// Nobody listens on the host and port, or there is no such Unix-domain socket.
    public static let connectionRefused = Reason(rawValue: "connectionRefused")
    /// No server that suits the configuration could be reached for another reason.
    public static let connectionFailed = Reason(rawValue: "connectionFailed")
    /// Connecting took too long.
    public static let connectTimeout = Reason(rawValue: "connectTimeout")
    /// TLS could not be agreed on, or a certificate was refused.
    public static let tls = Reason(rawValue: "tls")
    /// The server did not let the user in (28P01, 28000), or wanted a password and none is configured.
    public static let authentication = Reason(rawValue: "authentication")
    /// There is no such database (3D000).
    public static let databaseNotFound = Reason(rawValue: "databaseNotFound")
    /// The server has no connection left (53300).
    public static let tooManyConnections = Reason(rawValue: "tooManyConnections")
    /// The server is starting, stopping or recovering and takes no connections (57P03).
    public static let serverNotReady = Reason(rawValue: "serverNotReady")
    /// The server shut down or ended the session (57P01, 57P02, 57P05).
    public static let serverShutdown = Reason(rawValue: "serverShutdown")

    /// The connection broke.
    public static let connectionLost = Reason(rawValue: "connectionLost")
    /// The other side does not speak PostgreSQL's protocol.
    public static let protocolViolation = Reason(rawValue: "protocolViolation")
    /// The answer to a statement took too long; the server was asked to cancel it.
    public static let statementTimeout = Reason(rawValue: "statementTimeout")
    /// All connections of the pool were in use for too long.
    public static let poolTimeout = Reason(rawValue: "poolTimeout")
    /// The task was cancelled.
    public static let cancelled = Reason(rawValue: "cancelled")
    /// The server refused a statement; see the SQLSTATE.
    public static let server = Reason(rawValue: "server")
    /// A transaction was to be committed in which a statement had failed, or that was over already.
    public static let transactionAborted = Reason(rawValue: "transactionAborted")

    /// A parameter cannot be sent; nothing was.
    public static let invalidParameter = Reason(rawValue: "invalidParameter")
    /// The connection is in the middle of rows that are handed over as they come, or of a COPY; nothing was sent.
    public static let connectionBusy = Reason(rawValue: "connectionBusy")
    /// The statement asks for something that is not done so (a COPY that is executed as other statements are), or not with
    /// every statement (JSON).
    public static let unsupported = Reason(rawValue: "unsupported")
    /// A result's column is missing, NULL or of another type than asked for.
    public static let decoding = Reason(rawValue: "decoding")
    /// The process has no memory, thread or file descriptor left.
    public static let outOfResources = Reason(rawValue: "outOfResources")
  }
}

extension PostgresError.Reason {
  var sentence: String {
    switch self {
    case .configuration: "The database's connection string is not valid."
    case .credentials: "There are no credentials to log in to the database with."
    case .hostNotFound: "The database's host name could not be resolved."
    case .nameResolutionTimeout: "Resolving the database's host name took too long."
    case .connectionRefused: "The database refused the connection."
    case .connectTimeout: "Connecting to the database took too long."
    case .tls: "A TLS connection to the database could not be made."
    case .authentication: "The database did not accept the user's credentials."
    case .databaseNotFound: "The database does not exist."
    case .tooManyConnections: "The database has too many connections."
    case .serverNotReady: "The database is starting or stopping."
    case .serverShutdown: "The database ended the session."
    case .connectionLost: "The connection to the database was lost."
    case .protocolViolation: "The server did not answer as PostgreSQL does."
    case .statementTimeout: "The database took too long to answer."
    case .poolTimeout: "All connections to the database were in use for too long."
    case .cancelled: "The task was cancelled."
    case .server: "The database refused the statement."
    case .transactionAborted: "The transaction had failed or ended before it was to be committed."
    case .invalidParameter: "A parameter is not valid."
    case .connectionBusy: "The connection is in the middle of rows or of a COPY."
    case .unsupported: "A COPY of the program's own data has calls of its own."
    case .decoding: "A result could not be decoded."
    case .outOfResources: "The process has run out of memory, threads or file descriptors."
    default: "No connection to the database could be made."
    }
  }

  /// What kind of failure a server means by its code.
  init(_ state: SQLState) {
    switch state {
    case .invalidPassword, .invalidAuthorizationSpecification: self = .authentication
    case .invalidCatalogName: self = .databaseNotFound
    case .tooManyConnections: self = .tooManyConnections
    case .cannotConnectNow: self = .serverNotReady
    case .adminShutdown, .crashShutdown, .idleSessionTimeout: self = .serverShutdown
    default: self = .server
    }
  }
}
