import Cruddur
import LambdaRuntime
import Logging
import Postgres

@main
enum Bootstrap {
  static func main() {
    Lambda.run(usage: "try it with `cruddur invoke events/confirm-sign-up.json`.") { setup in
      let configuration = try Configuration(setup.environment)
      guard configuration.handler == .events else { return MigrationHandler(configuration.database) }
      let metrics = configuration.metrics.map(Metrics.init)
      let database = Pool.serving(
        configuration, workers: setup.maximumConcurrency, observers: metrics.map { [$0] } ?? [])
      do {
        // A quarter of a second, for the first event is waiting: what is not up by then is asked again with each event.
        try await database.connect(until: .now + .milliseconds(250))
      } catch {
        setup.logger.warning("not connected to the database yet: \(error)")
      }
      return routes(configuration, database, metrics)
    }
  }
}
