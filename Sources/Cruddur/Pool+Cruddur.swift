public import Postgres

extension Pool {
  /// The pool of the function that answers events, with a connection for each of `workers`, unless the configuration sets
  /// another bound.
  ///
  /// What fails for a reason that may pass, such as a server that restarts or a deadlock, is retried. Cognito does not
  /// send an event again after an error, so a sign-up has all of its time for retries, which is less than this. For an
  /// HTTP request, whose sender can come again, five seconds of them are enough.
  public static func serving(
    _ configuration: Configuration, workers: Int = 1, observers: [any PostgresObserver] = []
  ) -> Pool {
    let limit = configuration.maximumConnections ?? workers
    return Pool(configuration.database, limit: limit, retryTime: .seconds(5), observers: observers)
  }

  /// The pool of a run of the migrations. One may meet the very sign-ups that it goes on beside, as a deadlock.
  static func migrating(_ database: ConnectionConfiguration) -> Pool {
    Pool(database, limit: 1, retryTime: .seconds(20))
  }
}
