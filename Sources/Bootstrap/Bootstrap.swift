import Cruddur
import LambdaEvents
import LambdaRuntime
import Logging
import Postgres

@main
enum Bootstrap {
  static func main() {
    Lambda.run(byHand: "try it with `cruddur invoke events/confirm-sign-up.json`.") { environment, logger in
      let configuration = try Configuration(environment)
      let database = Pool(configuration.database, limit: 1)
      do {
        // A quarter of a second, for the first event is waiting: what is not up by then is asked again with each event.
        try await database.connect(until: .now + .milliseconds(250))
      } catch {
        logger.warning("not connected to the database yet: \(error)")
      }

      let activities = ActivityAPI(
        Activities(database), allowsAnonymousAuthors: configuration.allowsAnonymousAuthors)
      var http = HTTPRouter(cors: configuration.cors)
      http.on(.get, "/api/health", handle: Health(database).check)
      http.on(.post, "/api/activities", handle: activities.add)
      http.on(.get, "/api/activities/home", handle: activities.home)
      http.on(.get, "/api/activities/@{handle}", handle: activities.userFeed)
      http.on(.get, "/api/activities/{uuid}", handle: activities.find)
      http.on(.post, "/api/activities/{uuid}/reply", handle: activities.reply)

      var events = EventRouter()
      events.on(PostConfirmation.self, handle: SignUp(Users(database)).handle)
      events.on(http)
      return events
    }
  }
}
