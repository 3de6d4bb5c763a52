extension PostgresError {
  /// Whether the same may well succeed a moment later, without anybody's doing: the server was not reached, starts, stops,
  /// has no room, gave way to another transaction, or only reads after a failover. A constraint, a missing privilege or
  /// table, wrong SQL and a wrong password are none of these.
  ///
  /// A ``Pool`` with a `retryTime` has retried already when it throws such an error.
  public var isTransient: Bool {
    if isPassing || meansPreparedStatementIsUnusable { return true }
    switch reason {
    case .connectionRefused, .connectTimeout, .nameResolutionTimeout, .connectionLost, .serverNotReady, .serverShutdown,
      .tooManyConnections, .statementTimeout, .poolTimeout:
      return true
    case .connectionFailed: return sqlState?.isTransient ?? true
    default: return sqlState?.isTransient ?? false
    }
  }

  /// Whether all the time there was is gone: a retry would only take it once more.
  var isTimeout: Bool {
    reason == .statementTimeout || reason == .poolTimeout || sqlState == .queryCanceled
  }

  /// The session is over or of no more use, and the statement has failed for no other reason: after a failover a kept
  /// connection may lead to a server that only reads now, and a proxy may have lost the server behind it.
  var meansEndOfSession: Bool {
    switch reason {
    case .connectionLost, .serverShutdown, .serverNotReady: true
    default: sqlState == .readOnlySQLTransaction
    }
  }

  /// The server has another statement under the name of a prepared one, or none: after DEALLOCATE ALL, or behind a pooler
  /// that hands its sessions round. Or its result would have other columns than when it was prepared.
  var meansPreparedStatementIsUnusable: Bool { isNamedStatementLost || isStalePlan }

  /// Names of prepared statements mean nothing here.
  var isNamedStatementLost: Bool {
    sqlState == .invalidSQLStatementName || sqlState == .duplicatePreparedStatement
  }

  /// What became of a statement that failed.
  enum Effect {
    /// Nothing was sent.
    case notSent
    /// The server says that it failed, and so has undone its transaction.
    case refused
    /// The server may have done it.
    case unknown
  }

  /// The same error, where it is known what became of the statement.
  func having(_ effect: Effect) -> PostgresError {
    var copy = self
    copy.details.effect = effect
    return copy
  }
}

extension SQLState {
  /// Whether the server may well take the same statement at another time: it gave way to another transaction, was out of
  /// resources or of a disk's answer, was interrupted or is about to end, or only reads after a failover; or a proxy or
  /// foreign server has no connection.
  public var isTransient: Bool {
    switch self {
    case .lockNotAvailable, .readOnlySQLTransaction, .systemError, .ioError: true
    default: isOfConnection || ["40", "53", "57"].contains { rawValue.hasPrefix($0) }
    }
  }

  /// Class 08, connection exceptions: the server never says so of itself, but what stands before or behind it does.
  var isOfConnection: Bool { rawValue.hasPrefix("08") }
}
