import Cruddur
import LambdaRuntime
import Logging
import Postgres

@main
enum Bootstrap {
  static func main() {
    Lambda.run(usage: "try it with `cruddur invoke events/confirm-sign-up.json`.", makeHandler: makeHandler)
  }

  /// Reads the configuration, and connects to the database where that is quick.
  @Sendable static func makeHandler(_ setup: inout Setup) async throws -> any Handler {
    // Until PostgreSQL has a process for the session there is time, and its login needs one.
    DetachedThread.start { RandomNumbers.prepare() }
    let configuration = try Configuration(setup.environment)
    guard configuration.handler == .events else { return MigrationHandler(configuration.database) }
    let metrics = configuration.metrics.map(Metrics.init)
    var observers: [any PostgresObserver] = metrics.map { [$0] } ?? []
    if setup.logger.logLevel <= .debug { observers.append(DatabaseLog(setup.logger)) }
    let database = Pool.serving(configuration, workers: setup.maximumConcurrency, observers: observers)
    let signUps = SignUpObserver(metrics: metrics)
    setup.observers.append(signUps)
    if let metrics { setup.observers.append(metrics) }
    // A quarter of a second, because the first event is waiting: what is not up by then is asked again with each event.
    let warmUp: @Sendable () async -> Void = { [logger = setup.logger] in
      do {
        try await database.connect(until: .now + .milliseconds(250))
      } catch {
        logger.warning("not connected to the database yet: \(error)")
      }
    }
    setup.onShutdown { database.disconnect() }
    setup.beforeSnapshot { database.disconnect() }
    setup.afterRestore {
      try RandomNumbers.restart()
      await warmUp()
    }
    await warmUp()
    return routes(configuration, database, signUps, metrics)
  }
}
