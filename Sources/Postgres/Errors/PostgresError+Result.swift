extension PostgresError {
  /// Says what the server refused, or that the connection broke while libpq read the answer.
  init(_ result: ResultHandle, of handle: ConnectionHandle, after statements: Int) {
    let state = result[field: .sqlState].flatMap(SQLState.init(ofServer:))
    var reason = state.map(Reason.init) ?? .connectionLost
    // A pooler that has no server any more says so of a statement, too.
    if state?.isOfConnection == true { reason = .connectionLost }
    // Whatever a server calls fatal ends the session. A proxy has codes of its own for that.
    let severity = result[field: .severity]
    let isFatal = severity == "FATAL" || severity == "PANIC"
    if reason == .server, isFatal { reason = .serverShutdown }
    self.init(reason)
    details.effect = state.map { !isFatal && $0.meansNothingWasDone } == true ? .refused : .unknown
    details.isStalePlan = state == .featureNotSupported && result[field: .routine] == "RevalidateCachedQuery"
    details.sqlState = state
    details.constraint = result[field: .constraint]
    details.schema = result[field: .schema]
    details.table = result[field: .table]
    details.column = result[field: .column]
    details.debugMessage = result[field: .message] ?? handle.errorMessage
    details.debugDetail = result[field: .detail]
    details.position = result[field: .position].flatMap { Int($0) }
    details.precedingStatements = statements
    // With a context it comes from a function, which may have made its text, or that of a statement, of data. A wrong syntax
    // without a position is that of a value: of a tsquery, for example.
    let isAboutData =
      result[field: .context] != nil || result[field: .internalQuery] != nil
      || state == .syntaxError && position == nil
    if state?.isAboutSchema == true, !isAboutData { details.schemaMessage = result[field: .message] }
  }
}

extension SQLState {
  /// Whether the server's message names nothing but what is in the schema and in the statement's text: what is not supported, or not in a
  /// transaction; what is forbidden, missing, there already, wrong, or in use. A violated constraint's data is in the DETAIL alone.
  ///
  /// Source: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
  fileprivate var isAboutSchema: Bool { ["0A", "23", "25", "3F", "42", "55"].contains { rawValue.hasPrefix($0) } }

  /// Whether a server that has this code for an error has undone the transaction. A proxy may say that it lost the server
  /// (08), a session may end when its transaction is committed already (57P), and one code says just that (40003).
  fileprivate var meansNothingWasDone: Bool {
    self != .statementCompletionUnknown && !["08", "57P"].contains { rawValue.hasPrefix($0) }
  }
}
